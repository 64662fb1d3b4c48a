import { isUtf8 } from 'node:buffer';
import { gunzip } from 'node:zlib';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import { BATCH_DOOR, isDoor, typesAllowedAt } from './doors.js';
import { RefusedRequest } from './error-body.js';
import { parseJson } from './json.js';
import { parseNdjson, parseUnlabelled } from './ndjson.js';

type Done = (error: Error | null, body?: unknown) => void;
type Format = 'json' | 'unlabelled' | 'ndjson' | 'other';

const NDJSON_TYPES = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

/**
 * What a body may be. JSON everywhere; at the doors also JSON under `text/plain` or no type at all, which is what a
 * browser can send without a preflight. Everything else is refused by its type.
 */
export function addBodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  const add = (type: string | string[], format: Format): void => {
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
      read(request, body as Buffer, format, done as Done);
    });
  };
  add('application/json', 'json');
  add('text/plain', 'unlabelled');
  add(NDJSON_TYPES, 'ndjson');
  add('*', 'other');
}

function read(request: FastifyRequest, body: Buffer, format: Format, done: Done): void {
  const url = request.routeOptions.url ?? '';
  const refusal = refusedType(request, format, url) ?? refusedCharset(request.headers['content-type']);
  if (refusal) return done(refusal);
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === '' || encoding === 'identity')
    return parse(body, format, url, done);
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    return done(refused(415, 'unsupported_encoding', 'content-encoding must be gzip or absent'));
  }
  const limit = request.routeOptions.bodyLimit;
  // The bound is on the output, so a small body that expands for ever costs no more than an honest one.
  gunzip(body, { maxOutputLength: limit }, (error, plain) => {
    if (!error) return parse(plain, format, url, done);
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    done(
      tooLarge
        ? refused(
            413,
            'body_too_large',
            `body must be at most ${limit.toLocaleString('en')} bytes when unpacked`,
          )
        : refused(400, 'invalid_encoding', 'body is not valid gzip, which content-encoding says it is'),
    );
  });
}

function refusedType(request: FastifyRequest, format: Format, url: string): RefusedRequest | undefined {
  const unlabelled =
    format === 'unlabelled' || (format === 'other' && request.headers['content-type'] === undefined);
  if (format === 'json' || (unlabelled && isDoor(url)) || (format === 'ndjson' && url === BATCH_DOOR)) return;
  return refused(415, 'unsupported_media_type', typesAllowedAt(url));
}

function refusedCharset(contentType: string | undefined): RefusedRequest | undefined {
  if (contentType === undefined || !contentType.includes(';')) return;
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1]?.toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') return;
  return refused(415, 'unsupported_charset', 'charset must be utf-8');
}

function parse(body: Buffer, format: Format, url: string, done: Done): void {
  try {
    done(null, parseText(decode(body), format, url));
  } catch (error) {
    done(error as Error);
  }
}

function parseText(text: string, format: Format, url: string): unknown {
  if (text.trim() === '') throw refused(400, 'empty_body', 'body is empty: it must be JSON');
  if (url !== BATCH_DOOR || format === 'json') return parseJson(text, { keysChecked: !isDoor(url) });
  return format === 'ndjson' ? parseNdjson(text) : parseUnlabelled(text);
}

function decode(body: Buffer): string {
  if (!isUtf8(body)) throw refused(400, 'invalid_encoding', 'body must be UTF-8');
  const text = body.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function refused(status: number, reason: string, message: string): RefusedRequest {
  return new RefusedRequest(status, reason, message);
}
