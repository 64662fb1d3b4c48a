import type { ColumnType, Measure } from './types.js';

type Ordered = 'date' | 'timestamptz' | 'smallint' | 'int' | 'bigint' | 'numeric';

/** Adds up; 0 where no event gave a value. Never a float: money goes in as minor units, or as exact `numeric` (6 decimals). */
export const sum = <T extends 'int' | 'bigint' | 'numeric'>(type: T) => measure('sum', type);

/** Least value; null where no event gave one. No `text`: JavaScript and PostgreSQL order strings differently. */
export const min = <T extends Ordered>(type: T) => measure('min', type);

export const max = <T extends Ordered>(type: T) => measure('max', type);

/** Value of the earliest event by (occurredAt, position), which the table keeps beside it; null where none gave one. */
export const first = <T extends ColumnType>(type: T) => measure('first', type);

export const last = <T extends ColumnType>(type: T) => measure('last', type);

/** Counts different members, exactly. They are kept in a set table of their own. */
export const distinct = <T extends 'uuid'>(type: T) => measure('distinct', type);

function measure<T extends ColumnType>(kind: Measure['kind'], type: T): Measure<T> {
  return { kind, type };
}
