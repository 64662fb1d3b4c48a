import type { Projection } from './types.js';

/** PostgreSQL cuts identifiers at 63 bytes, silently; 12 are left for `_g<number>` and `_idx`. */
const LONGEST = 63 - 12;
/** Columns that every table, or every set, has. */
const RESERVED = new Set(['row_set', 'member']);

/** `pageViews` -> `page_views`. */
export function columnName(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function assertNames(p: Pick<Projection, 'name' | 'keys' | 'measures' | 'indexes'>): void {
  const fail = (what: string): never => {
    throw new Error(`Projection ${p.name}: ${what}`);
  };
  if (!/^[a-z][a-z0-9_]*$/.test(p.name)) fail('the name must be snake case.');
  const properties = [...Object.keys(p.keys), ...Object.keys(p.measures)];
  if (properties.length === 0) fail('a table needs a column.');
  const seen = new Set(RESERVED);
  for (const property of properties) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(property)) fail(`column ${property} must be camel case.`);
    const measure = p.measures[property];
    const ranked = measure?.kind === 'first' || measure?.kind === 'last';
    for (const column of [columnName(property), ...(ranked ? rankColumns(columnName(property)) : [])]) {
      if (seen.has(column)) fail(`column ${column} is taken.`);
      seen.add(column);
    }
    if (p.name.length + columnName(property).length > LONGEST)
      fail(`the name and ${property} are too long together.`);
  }
  for (const { columns } of p.indexes) {
    if (columns.length === 0) fail('an index needs a column.');
    if (p.name.length + columns.map(columnName).join('_').length > LONGEST)
      fail('an index name is too long.');
  }
}

/** Where the value of a `first` or `last` came from: (occurredAt, sequence, ordinal). A row set has one partition. */
export function rankColumns(column: string): [at: string, sequence: string, ordinal: string] {
  return [`${column}_at`, `${column}_sequence`, `${column}_ordinal`];
}

/** `main` is the read model; `sets` holds one table for each `distinct` measure, by the measure's name. */
export function tableNames(
  p: Pick<Projection, 'name' | 'measures'>,
  generation: number,
): { main: string; sets: Record<string, string> } {
  const main = `${p.name}_g${generation}`;
  const distinct = Object.entries(p.measures).filter(([, measure]) => measure.kind === 'distinct');
  return { main, sets: Object.fromEntries(distinct.map(([name]) => [name, `${main}_${columnName(name)}`])) };
}
