import type { RowReader } from './row-reader.js';

/** One filled set of tables. */
export interface GenerationTables {
  readonly projection: string;
  /** The N of `<projection>_g<N>`. */
  readonly number: number;
  /** Whose row sets its rows belong to. */
  readonly generationId: number;
  /** Where the tables and their `row_set` are; undefined: where everything is. */
  readonly schema?: string;
}

export interface Column {
  readonly name: string;
  /** As PostgreSQL writes it. */
  readonly type: string;
}

export interface MeasureColumns extends Column {
  /** Never null, so its values of a day can be added up. */
  readonly total: boolean;
  /** Counts members: rows of other keys cannot be made of it. */
  readonly members: boolean;
  /** Where a first or last value came from. */
  readonly rank: readonly string[];
}

/** A table as the catalogue describes it, so that also tables of a version that this code does not know can be read. */
export interface TableShape {
  /** Quoted, with its schema, safe to put into SQL. */
  readonly table: string;
  /** Without `row_set`. */
  readonly keys: readonly Column[];
  /** The key by which rows belong to a day: a date, else a moment. */
  readonly dayKey: Column | undefined;
  readonly measures: readonly MeasureColumns[];
}

interface ColumnRow extends Column {
  readonly table: string;
  readonly required: boolean;
  readonly key: boolean;
}

/** `main`, and the members of each `distinct` measure by its column. Empty where the tables are gone. */
export async function readShapes(
  reader: RowReader,
  { schema, projection, number }: GenerationTables,
): Promise<ReadonlyMap<string, TableShape>> {
  const main = `${projection}_g${number}`;
  const columns = await reader.query<ColumnRow>(
    `SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull AS required, a.attnum = ANY (i.indkey) AS key
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
     WHERE c.relnamespace = coalesce($2, current_schema())::regnamespace AND c.relkind = 'r'
       AND (c.relname = $1 OR starts_with(c.relname, $1 || '_'))
     ORDER BY c.relname, array_position(i.indkey::int2[], a.attnum), a.attnum`,
    [main, schema ?? null],
  );
  const tables = [...new Set(columns.map((each) => each.table))];
  const shapes = new Map<string, TableShape>();
  for (const table of tables) {
    const mine = columns.filter((each) => each.table === table);
    const isSet = (measure: string) => tables.includes(`${table}_${measure}`);
    const name = table === main ? 'main' : table.slice(main.length + 1);
    shapes.set(name, shapeOf(qualified(schema, table), mine, isSet));
  }
  return shapes;
}

/** A name inside SQL text: whatever it holds, it ends at its quotes. */
export function qualified(schema: string | undefined, name: string): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

function shapeOf(
  table: string,
  columns: readonly ColumnRow[],
  isSet: (measure: string) => boolean,
): TableShape {
  const keys = columns.filter((each) => each.key && each.name !== 'row_set');
  const values = columns.filter((each) => !each.key);
  const rankOf = (name: string) => {
    const rank = ['at', 'sequence', 'ordinal'].map((end) => `${name}_${end}`);
    return rank.every((column) => values.some((each) => each.name === column)) ? rank : [];
  };
  const ranks = new Set(values.flatMap(({ name }) => rankOf(name)));
  return {
    table,
    keys,
    dayKey: keys.find(({ type }) => type === 'date') ?? keys.find(({ type }) => type.startsWith('timestamp')),
    measures: values
      .filter(({ name }) => !ranks.has(name))
      .map(({ name, type, required }) => ({
        name,
        type,
        total: required,
        members: isSet(name),
        rank: rankOf(name),
      })),
  };
}
