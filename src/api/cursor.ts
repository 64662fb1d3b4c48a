import { badInput } from './bad-input.js';

/** Opaque to clients: they give it back as `after`. */
export const encodeCursor = (place: unknown): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/**
 * @param read what it stands for; undefined where it is none that was given
 * @throws GraphQLError (BAD_USER_INPUT) where it is none
 */
export function decodeCursor<T>(after: string, read: (place: unknown) => T | undefined): T {
  const place = read(parsed(Buffer.from(after, 'base64url').toString('utf8')));
  if (place === undefined) throw badInput('after must be the endCursor of a previous page');
  return place;
}

/** The two halves of a place. */
export const pairIn = (place: unknown): readonly [unknown, unknown] | undefined =>
  Array.isArray(place) && place.length === 2 ? (place as [unknown, unknown]) : undefined;

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
