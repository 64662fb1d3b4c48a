import { gunzip } from 'node:zlib';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import { programJson, typesInWords, type BodyFormat, type MediaType } from './body-formats.js';
import { doorOf } from './door.js';
import { RefusedRequest } from './error-body.js';
import { holdLarge, holdUnpacked } from './large-bodies.js';
import { SMALL_BODY_BYTES } from './limits.js';
import { tooBusy } from './refuse-while-busy.js';
import { workQueue } from './work-queue.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the body, unpacked; 0 without one. */
    bodyBytes: number;
  }
}

type Done = (error: Error | null, body?: unknown) => void;

const NDJSON_TYPES = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

/** Reads bodies as the door of the address says; anywhere else JSON alone. What is not read is refused by its type. */
export function addBodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.decorateRequest('bodyBytes', 0);
  const add = (contentType: string | string[], type: MediaType): void => {
    server.addContentTypeParser(contentType, { parseAs: 'buffer' }, (request, body, done) => {
      read(request, body as Buffer, type, done as Done);
    });
  };
  add('application/json', 'json');
  add('text/plain', 'text');
  add(NDJSON_TYPES, 'ndjson');
  add('application/x-www-form-urlencoded', 'form');
  add('*', 'other');
}

function read(request: FastifyRequest, body: Buffer, named: MediaType, done: Done): void {
  const contentType = request.headers['content-type'];
  const type = named === 'other' && contentType === undefined ? 'none' : named;
  const format = doorOf(request)?.body ?? programJson;
  const refusal = refusedType(format, type) ?? refusedCharset(contentType);
  if (refusal) return done(refusal);
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === '' || encoding === 'identity') {
    return parse(request, body, type, format, done);
  }
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    return done(new RefusedRequest(415, 'unsupported_encoding', 'content-encoding must be gzip or absent'));
  }
  unpack(request, body, 'which content-encoding says it is', (error, plain) => {
    if (error) done(error);
    else parse(request, plain as Buffer, type, format, done);
  });
}

/** The bound is on the output, so a small body that expands for ever costs no more than an honest one. */
export function unpack(request: FastifyRequest, body: Buffer, whoSays: string, done: Done): void {
  let most: number;
  try {
    most = holdUnpacked(request, body);
  } catch (error) {
    return done(error as Error);
  }
  gunzip(body, { maxOutputLength: most }, (error, plain) => {
    if (!error) return done(null, plain);
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const limit = request.routeOptions.bodyLimit.toLocaleString('en');
    done(
      tooLarge
        ? new RefusedRequest(413, 'body_too_large', `body must be at most ${limit} bytes when unpacked`)
        : new RefusedRequest(400, 'invalid_encoding', `body is not valid gzip, ${whoSays}`),
    );
  });
}

function refusedType(format: BodyFormat, type: MediaType): RefusedRequest | undefined {
  if (format.types === 'any' || format.types.includes(type)) return;
  return new RefusedRequest(415, 'unsupported_media_type', typesInWords(format));
}

function refusedCharset(contentType: string | undefined): RefusedRequest | undefined {
  if (contentType === undefined || !contentType.includes(';')) return;
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1]?.toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') return;
  return new RefusedRequest(415, 'unsupported_charset', 'charset must be utf-8');
}

function parse(request: FastifyRequest, body: Buffer, type: MediaType, format: BodyFormat, done: Done): void {
  request.bodyBytes = body.length;
  const work = (): void => parseNow(request, body, type, format, done);
  // What takes other bodies than events is no sender's address.
  if (doorOf(request)?.methods)
    workQueue.run(work, body.length <= SMALL_BODY_BYTES ? undefined : () => done(tooBusy()));
  else work();
}

function parseNow(
  request: FastifyRequest,
  body: Buffer,
  type: MediaType,
  format: BodyFormat,
  done: Done,
): void {
  let value: unknown;
  try {
    holdLarge(request, body.length);
    value = format.read(body, type, request);
  } catch (error) {
    return done(error as Error);
  }
  if (value instanceof Promise) value.then((ready: unknown) => done(null, ready), done);
  else done(null, value);
}
