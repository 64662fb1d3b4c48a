import { isUtf8 } from 'node:buffer';

import type { FastifyRequest } from 'fastify';

import { RefusedRequest } from './error-body.js';
import { parseJson } from './json.js';
import { parseNdjson, parseUnlabelled } from './ndjson.js';

export type MediaType = 'json' | 'text' | 'ndjson' | 'form' | 'none' | 'other';

/** What the bodies of an address may be, and how they are read. */
export interface BodyFormat {
  readonly types: 'any' | readonly MediaType[];
  /** Gets the bytes unpacked. Throws RefusedRequest. */
  readonly read: (bytes: Buffer, type: MediaType, request: FastifyRequest) => unknown;
}

/** JSON for programs: anywhere that is no door. */
export const programJson: BodyFormat = {
  types: ['json'],
  read: (bytes) => parseJson(textOf(bytes), { keysChecked: true }),
};

/** Also under the types that a browser can send without a preflight. The rules of an event look at its keys. */
export const eventJson: BodyFormat = {
  types: ['json', 'text', 'none'],
  read: (bytes) => parseJson(textOf(bytes), { keysChecked: false }),
};

/** JSON, or one event per line. */
export const eventLines: BodyFormat = {
  types: ['json', 'text', 'ndjson', 'none'],
  read: (bytes, type) => {
    const text = textOf(bytes);
    if (type === 'json') return parseJson(text, { keysChecked: false });
    return type === 'ndjson' ? parseNdjson(text) : parseUnlabelled(text);
  },
};

/** JSON whatever its type says, as the servers of several dialects read it. */
export const anyJson: BodyFormat = { types: 'any', read: eventJson.read };

/** Whatever comes is left unread. */
export const ignoredBody: BodyFormat = { types: 'any', read: () => undefined };

const NAMES: Partial<Record<MediaType, string>> = {
  json: 'application/json',
  text: 'text/plain',
  ndjson: 'application/x-ndjson',
};

/** What a refused content type is told. */
export function typesInWords({ types }: BodyFormat): string {
  const named = types === 'any' ? ['application/json'] : types.flatMap((type) => NAMES[type] ?? []);
  return `content-type must be ${named.join(' or ')}`;
}

/** UTF-8, with no byte order mark, and something in it. Throws RefusedRequest. */
export function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new RefusedRequest(400, 'invalid_encoding', 'body must be UTF-8');
  const text = bytes.toString('utf8', bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
  if (text.trim() === '') throw new RefusedRequest(400, 'empty_body', 'body is empty: it must be JSON');
  return text;
}
