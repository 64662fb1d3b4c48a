import { badInput } from './bad-input.js';

/** Where a page of paths ended, in the order (views descending, path ascending). */
export interface PathCursor {
  readonly views: number;
  readonly path: string;
}

/** Opaque to clients: they give it back as `after`. */
export function encodeCursor(cursor: PathCursor): string {
  return Buffer.from(JSON.stringify([cursor.views, cursor.path])).toString('base64url');
}

export function decodeCursor(after: string): PathCursor {
  const parsed = tryParse(Buffer.from(after, 'base64url').toString('utf8'));
  if (Array.isArray(parsed) && parsed.length === 2) {
    const [views, path] = parsed as [unknown, unknown];
    if (Number.isSafeInteger(views) && typeof path === 'string' && !path.includes('\0')) {
      return { views: views as number, path };
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
