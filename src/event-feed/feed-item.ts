import type { Position } from '#events/position.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { Refusal } from '#event-log/refusal-notices.js';

/** What became of one event, or of a request that was refused whole. Times in milliseconds since the epoch. */
export type FeedItem = StoredItem | RefusedCall;

export interface StoredItem {
  readonly outcome: 'stored';
  /** When it was received. */
  readonly at: number;
  readonly event: StoredEvent;
  readonly position: Position;
  /** What of it is unfit, one for each fault, as far as that was told to this process. */
  readonly warnings?: readonly string[];
}

export interface RefusedCall {
  readonly outcome: 'refused';
  readonly at: number;
  readonly refusal: Refusal;
}

export const storedItem = (event: StoredEvent, position: Position): StoredItem => ({
  outcome: 'stored',
  at: event.receivedAt,
  event,
  position,
});

export const refusedCall = (refusal: Refusal): RefusedCall => ({
  outcome: 'refused',
  at: refusal.at,
  refusal,
});
