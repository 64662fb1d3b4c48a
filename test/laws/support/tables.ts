import type { ClientBase } from 'pg';
import { columnName, rankColumns, tableNames } from '#projection/names.js';
import type { ColumnType, Projection } from '#projection/types.js';

/** Table of the first generation's names, without `_g1` -> rows as text, sorted by byte. */
export type Contents = Record<string, string[]>;

/** One row as text: the site's name, then each column; the oracle writes the same. */
export const rowText = (values: readonly unknown[]): string =>
  JSON.stringify(values.map((value) => value ?? null));

/**
 * Everything that one generation of a projection holds, as PostgreSQL prints it.
 * `sites` is a FROM item with `row_set` and `name`.
 */
export async function readTables(
  client: Pick<ClientBase, 'query'>,
  p: Projection,
  generation: number,
  sites: string,
): Promise<Contents> {
  const { main, sets } = tableNames(p, generation);
  const keys = Object.entries(p.keys).map(([name, type]) => asText(columnName(name), type));
  const measures = Object.entries(p.measures).flatMap(([name, { kind, type }]) => {
    const column = columnName(name);
    if (kind === 'distinct') return [asText(column, 'bigint')];
    if (kind !== 'first' && kind !== 'last') return [asText(column, type)];
    const [at, sequence, ordinal] = rankColumns(column);
    return [
      asText(column, type),
      asText(at, 'timestamptz'),
      asText(sequence, 'bigint'),
      asText(ordinal, 'int'),
    ];
  });
  const read = async (table: string, columns: readonly string[]) => {
    const { rows } = await client.query<{ row: string[] }>(
      `SELECT ARRAY[sites.name, ${columns.join(', ')}] AS row FROM ${table} t LEFT JOIN ${sites} AS sites USING (row_set)`,
    );
    return rows.map(({ row }) => rowText(row)).sort();
  };
  const contents: Contents = { [p.name]: await read(main, [...keys, ...measures]) };
  for (const [name, table] of Object.entries(sets)) {
    contents[`${p.name}.${name}`] = await read(table, [...keys, 't.member::text']);
  }
  return contents;
}

function asText(column: string, type: ColumnType): string {
  if (type === 'timestamptz') return `(extract(epoch FROM t.${column}) * 1000)::bigint::text`;
  return `t.${column}::text`;
}
