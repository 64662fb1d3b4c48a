import { badInput } from './bad-input.js';

/** The last place that a page of events looked at: positions never move, so a cursor stays good for ever. */
export interface LogCursor {
  readonly sequence: number;
  readonly ordinal: number;
}

/** Opaque to clients: they give it back as `after`. */
export function encodeLogCursor({ sequence, ordinal }: LogCursor): string {
  return Buffer.from(JSON.stringify([sequence, ordinal])).toString('base64url');
}

export function decodeLogCursor(after: string): LogCursor {
  const parsed = tryParse(Buffer.from(after, 'base64url').toString('utf8'));
  if (Array.isArray(parsed) && parsed.length === 2) {
    const [sequence, ordinal] = parsed as [unknown, unknown];
    if (isCount(sequence) && isCount(ordinal)) return { sequence, ordinal };
  }
  throw badInput('after must be the endCursor of a previous page');
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function tryParse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
