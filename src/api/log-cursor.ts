import { decodeCursor, encodeCursor, pairIn } from './cursor.js';

/** The last place that a page of events looked at: positions never move, so a cursor stays good for ever. */
export interface LogCursor {
  readonly sequence: number;
  readonly ordinal: number;
}

export const encodeLogCursor = ({ sequence, ordinal }: LogCursor): string =>
  encodeCursor([sequence, ordinal]);

export const decodeLogCursor = (after: string): LogCursor =>
  decodeCursor(after, (place) => {
    const [sequence, ordinal] = pairIn(place) ?? [];
    return isCount(sequence) && isCount(ordinal) ? { sequence, ordinal } : undefined;
  });

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
