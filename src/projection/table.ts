import { columnName } from './names.js';
import { RANK_TYPES, shapeOf, sqlType, type MeasureColumn, type Shape } from './shape.js';
import type { ColumnType, Projection } from './types.js';

export { tableNames } from './names.js';

/** Rows that are updated in place leave room in their page, so that the index is not touched (HOT), and are vacuumed early. */
const UPDATED = 'fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05';

/** The statements that create one generation's empty tables, in order. */
export function createTables(p: Projection, generation: number): string[] {
  const shape = shapeOf(p, generation);
  const columns = [...keyColumns(shape), ...shape.measures.flatMap(measureColumns)];
  const options = shape.measures.length > 0 ? ` WITH (${UPDATED})` : '';
  return [
    create(shape.table, columns, shape.primaryKey, options),
    ...shape.measures.flatMap(({ set, type }) =>
      set === undefined
        ? []
        : [
            create(
              set,
              [...keyColumns(shape), `member ${sqlType(type)} NOT NULL`],
              `${shape.primaryKey}, member`,
              '',
            ),
          ],
    ),
    ...p.indexes.map(({ columns: names }) => {
      const list = names.map(columnName);
      return `CREATE INDEX ${shape.table}_${list.join('_')}_idx ON ${shape.table} (row_set, ${list.join(', ')})`;
    }),
  ];
}

function create(table: string, columns: readonly string[], primaryKey: string, options: string): string {
  const body = [...columns, `PRIMARY KEY (${primaryKey})`].map((line) => `  ${line}`).join(',\n');
  return `CREATE TABLE ${table} (\n${body}\n)${options}`;
}

function keyColumns(shape: Shape): string[] {
  return [
    'row_set integer NOT NULL',
    ...shape.keys.map(({ column, type }) => `${column} ${stored(type)} NOT NULL`),
  ];
}

function measureColumns({ column, type, kind, rank }: MeasureColumn): string[] {
  if (kind === 'distinct') return [`${column} bigint NOT NULL DEFAULT 0`];
  if (kind === 'sum') return [`${column} ${stored(type)} NOT NULL DEFAULT 0`];
  return [
    `${column} ${stored(type)}`,
    ...(rank ?? []).map((name, i) => `${name} ${sqlType(RANK_TYPES[i] ?? 'int')}`),
  ];
}

/** Byte order: the same on every machine and ICU version, and an index on it serves prefix searches. */
function stored(type: ColumnType): string {
  return type === 'text' ? 'text COLLATE "C"' : sqlType(type);
}
