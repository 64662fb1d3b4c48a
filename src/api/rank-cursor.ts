import { badInput } from './bad-input.js';

/** Where a page of a ranking ended, in the order (views descending, value ascending). */
export interface RankCursor {
  readonly views: number;
  readonly value: string;
}

/** Opaque to clients: they give it back as `after`. */
export function encodeCursor({ views, value }: RankCursor): string {
  return Buffer.from(JSON.stringify([views, value])).toString('base64url');
}

export function decodeCursor(after: string): RankCursor {
  const parsed = tryParse(Buffer.from(after, 'base64url').toString('utf8'));
  if (Array.isArray(parsed) && parsed.length === 2) {
    const [views, value] = parsed as [unknown, unknown];
    if (Number.isSafeInteger(views) && typeof value === 'string' && !value.includes('\0')) {
      return { views: views as number, value };
    }
  }
  throw badInput('after must be the endCursor of a previous page');
}

function tryParse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
