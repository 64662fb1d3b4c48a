import { columnName, rankColumns, tableNames } from './names.js';
import type { ColumnType, MeasureKind, Projection } from './types.js';

export interface KeyColumn {
  readonly property: string;
  readonly column: string;
  readonly type: ColumnType;
}

export interface MeasureColumn extends KeyColumn {
  readonly kind: MeasureKind;
  /** `first` and `last`: where the value came from. */
  readonly rank?: readonly [at: string, sequence: string, ordinal: string];
  /** `distinct`: the table of its members. */
  readonly set?: string;
}

/** A projection's columns in table order, worked out once for its table, its fold and its upsert. */
export interface Shape {
  readonly table: string;
  readonly keys: readonly KeyColumn[];
  readonly measures: readonly MeasureColumn[];
  /** `row_set` and the keys, as SQL. */
  readonly primaryKey: string;
}

export function shapeOf(p: Pick<Projection, 'name' | 'keys' | 'measures'>, generation: number): Shape {
  const { main, sets } = tableNames(p, generation);
  const keys = Object.entries(p.keys).map(([property, type]) => ({
    property,
    column: columnName(property),
    type,
  }));
  const measures = Object.entries(p.measures).map(([property, { kind, type }]): MeasureColumn => {
    const column = columnName(property);
    const set = sets[property];
    return {
      property,
      column,
      type,
      kind,
      ...(kind === 'first' || kind === 'last' ? { rank: rankColumns(column) } : {}),
      ...(set === undefined ? {} : { set }),
    };
  });
  return {
    table: main,
    keys,
    measures,
    primaryKey: ['row_set', ...keys.map((key) => key.column)].join(', '),
  };
}

export const RANK_TYPES = ['timestamptz', 'bigint', 'int'] as const;

/** `numeric` has one scale, or two orders of the same sums would differ by their trailing zeros. */
export function sqlType(type: ColumnType): string {
  if (type === 'numeric') return 'numeric(38, 6)';
  return type === 'int' ? 'integer' : type;
}
