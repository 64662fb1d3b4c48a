import type { FastifyRequest } from 'fastify';

import { textOf, type BodyFormat, type MediaType } from '../../http/body-formats.js';
import { unpack } from '../../http/body.js';
import { RefusedRequest } from '../../http/error-body.js';
import { parseJson } from '../../http/json.js';

/**
 * Bodies as the clients write them, whatever the content type says: JSON, gzip known by its first bytes (under
 * `text/plain`, to spare a preflight), base64 of either, or a form with that in `data`.
 */
export const posthogBody: BodyFormat = { types: 'any', read: readBody };

/** The `data` of a GET, or of a form. */
export async function posthogData(data: string, request: FastifyRequest): Promise<unknown> {
  // Where `+` was not escaped, it has been taken for a space.
  const text = data.trim().replaceAll(' ', '+');
  if (isJson(data.trim())) return parseJson(data, { keysChecked: false });
  if (!/^[\w+/-]+=*$/.test(text)) {
    throw new RefusedRequest(400, 'malformed_json', 'data must be JSON, or base64 of it');
  }
  return parsed(await plain(Buffer.from(text, 'base64'), request));
}

function readBody(bytes: Buffer, type: MediaType, request: FastifyRequest): unknown {
  if (!isGzip(bytes)) return readText(textOf(bytes), type, request);
  return plain(bytes, request).then((unpacked) => readText(textOf(unpacked), type, request));
}

function readText(text: string, type: MediaType, request: FastifyRequest): unknown {
  const start = text.trimStart();
  if (isJson(start)) return parseJson(text, { keysChecked: false });
  if (type !== 'form' && !start.startsWith('data=')) return posthogData(text, request);
  const data = new URLSearchParams(start).get('data');
  if (data === null) throw new RefusedRequest(400, 'empty_body', 'the form must have a field "data"');
  return posthogData(data, request);
}

const isJson = (text: string): boolean => text.startsWith('{') || text.startsWith('[');
const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
const parsed = (bytes: Buffer): unknown => parseJson(textOf(bytes), { keysChecked: false });

function plain(bytes: Buffer, request: FastifyRequest): Promise<Buffer> {
  if (!isGzip(bytes)) return Promise.resolve(bytes);
  return new Promise((resolve, reject) => {
    unpack(request, bytes, 'which its first bytes say it is', (error, unpacked) => {
      if (error) reject(error);
      else resolve(unpacked as Buffer);
    });
  });
}
