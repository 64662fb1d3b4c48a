import type { IncomingHttpHeaders } from 'node:http';

import { bearerIn } from '#access/bearer.js';
import { type KeyKind, kindSaid } from '#access/key.js';

import { RefusedRequest } from '../http/error-body.js';

/** Where a request may say its key, beside the headers that all may use. What says no key may name a site. */
export interface Claims {
  /** In the body, or in a header of the wire format; what is undefined, null or empty says nothing. */
  readonly said?: readonly unknown[];
  /** In the address, where no secret may be. */
  readonly inUrl?: readonly unknown[];
}

export interface Claimed {
  /** The one text that says that it is a key. */
  readonly text: string;
  readonly kind: KeyKind;
  readonly inUrl: boolean;
  /** What stood where a key may stand and is none: the names of sites, perhaps. */
  readonly named: readonly string[];
}

/**
 * The key of a request, not looked up yet.
 *
 * @param query the `key` of the address
 * @throws RefusedRequest for none, for what is none, and for two
 */
export function claimedIn(headers: IncomingHttpHeaders, query: unknown, claims: Claims): Claimed {
  const url = [query, ...(claims.inUrl ?? [])].filter(isSaid);
  const all = [
    bearerIn(headers.authorization),
    basicIn(headers.authorization),
    headers['x-write-key'],
    ...(claims.said ?? []),
    ...url,
  ].filter(isSaid);
  const keys = new Set(all.filter((each): each is string => kindSaid(each) !== undefined));
  const [text, other] = keys;
  if (other !== undefined)
    throw new RefusedRequest(401, 'ambiguous_key', 'the request must have one key, and it has several');
  const kind = kindSaid(text);
  if (text !== undefined && kind !== undefined) {
    const named = all.filter((each): each is string => typeof each === 'string' && each !== text);
    return { text, kind, inUrl: url.includes(text), named };
  }
  if (all.length > 0) throw invalidKey();
  throw new RefusedRequest(
    401,
    'missing_key',
    'the request must have a key: Authorization: Bearer pk_… or sk_…, X-Write-Key, or ?key=pk_…',
  );
}

export const invalidKey = (): RefusedRequest =>
  new RefusedRequest(
    401,
    'invalid_key',
    'the key must be one of this installation, pk_… or sk_…, letter by letter',
  );

/** Also the user name of `Authorization: Basic`, whose colon may be missing. */
function basicIn(authorization: string | undefined): string | undefined {
  const encoded = /^Basic +([\w+/=-]+) *$/i.exec(authorization ?? '')?.[1];
  return encoded && Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0];
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
