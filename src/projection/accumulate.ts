import type { Position } from '#events/position.js';
import type { StoredEvent } from '#events/stored-event.js';
import { narrow } from './value.js';
import type { MeasureKind, Value } from './types.js';

export interface Ranked {
  readonly value: Value;
  readonly at: number;
  readonly sequence: number;
  readonly ordinal: number;
}

/** What one measure of one key holds in memory; null: no value yet. */
export type Cell = Value | Ranked | Set<Value> | null;

/** One key's measures, in the order of the shape. */
export type Entry = Cell[];

/** All keys without measures share it. */
export const NO_CELLS = Object.freeze<Entry>([]) as Entry;

/**
 * Row set, then key by key, nested. No joined key is built per row, and since days, paths and types repeat, most look-ups
 * need neither a check nor a copy; checking each value anew had led the profile. 1.5 to 2.3 million rows/s on one core.
 */
export type Level = Map<Value, Level | Entry>;

export function emptyCell(kind: MeasureKind): Cell {
  return kind === 'sum' ? 0 : null;
}

/** Adds a canonical value to a cell and returns the new cell. The SQL of the same rule is `merge` in upsert.ts. */
export function accumulate(
  kind: MeasureKind,
  cell: Cell,
  value: Value,
  event: Pick<StoredEvent, 'occurredAt'>,
  position: Position,
): Cell {
  switch (kind) {
    case 'sum':
      return add(cell as number | bigint, value as number | bigint);
    case 'min':
      return cell === null || value < cell ? value : cell;
    case 'max':
      return cell === null || value > cell ? value : cell;
    case 'distinct': {
      if (cell === null) return new Set([value]);
      return (cell as Set<Value>).add(value);
    }
    case 'first':
    case 'last': {
      const { sequence, ordinal } = position;
      const next: Ranked = { value, at: event.occurredAt, sequence, ordinal };
      if (cell === null) return next;
      const order = compareRanks(next, cell as Ranked);
      return (kind === 'first' ? order < 0 : order >= 0) ? next : cell;
    }
  }
}

function add(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const total = a + b;
    if (Number.isSafeInteger(total)) return total;
  }
  return narrow(BigInt(a) + BigInt(b));
}

function compareRanks(a: Ranked, b: Ranked): number {
  return a.at - b.at || a.sequence - b.sequence || a.ordinal - b.ordinal;
}
