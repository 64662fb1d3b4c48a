import { gzipSync } from 'node:zlib';

import { expect } from 'vitest';

import { post } from '../ingest-app.js';
import { bad, json, ok, type BadInput } from './case.js';

const LIMIT = 128 * 1024;
const gzip = { 'content-encoding': 'gzip' };
const padded = (bytes: number): string => `${json}${' '.repeat(bytes - json.length)}`;
const notJson = (no: number, body: string): BadInput => ({
  no,
  name: JSON.stringify(body.slice(0, 20)),
  sent: { body },
  answer: { status: 400, code: 'malformed_json', body: { error: 'Bad Request' } },
});
const packed = (
  no: number,
  name: string,
  body: Buffer,
  status: number,
  code: string,
  message: string,
): BadInput => ({
  no,
  name,
  sent: { body, headers: gzip },
  answer: { status, code, message: [message] },
});
const typed = (no: number, type: string | null): BadInput => ({
  no,
  name: `content type ${String(type)}`,
  sent: { body: json, type },
  answer: { status: 202 },
});
const untyped = (type: string): BadInput => ({
  no: 9,
  name: `content type ${type}`,
  sent: { body: json, type },
  answer: {
    status: 415,
    code: 'unsupported_media_type',
    message: ['content-type must be application/json or text/plain'],
  },
});

export const transport: readonly BadInput[] = [
  bad(1, 'empty body', '', 'empty_body', 'body is empty: it must be JSON'),
  bad(1, 'blank body', ' \n', 'empty_body', 'body is empty: it must be JSON'),
  bad(2, 'truncated JSON', '{', 'malformed_json', 'body is not valid JSON (at character 2)'),
  bad(3, 'trailing garbage', '{} x', 'malformed_json', 'body is not valid JSON (at character 4)'),
  // Where the oldest Node meets the fault, no position is named.
  ...["{'a':1}", '{"a":1,}', '// {}', '{"secret-7f3a'].map((text) => notJson(3, text)),
  ...['null', '3', '"x"', 'true', '[]'].map((text) =>
    bad(4, `top level ${text}`, text, 'invalid_shape', 'the event must be a JSON object'),
  ),
  ok(5, 'UTF-8 byte order mark first', `\ufeff${json}`),
  bad(6, 'invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'invalid_encoding', 'body must be UTF-8'),
  ...['utf-7', 'utf-16', '"latin1"'].map((charset) => ({
    no: 7,
    name: `charset ${charset}`,
    sent: { body: json, type: `application/json; charset=${charset}` },
    answer: { status: 415, code: 'unsupported_charset', message: ['charset must be utf-8'] },
  })),
  typed(8, 'application/json;charset="UTF-8"'),
  typed(8, null),
  typed(8, 'text/plain;charset=UTF-8'),
  ...[
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/x-ndjson',
    'nonsense',
  ].map(untyped),
  {
    no: 9,
    name: 'text/plain where no tracker sends',
    sent: { door: '/graphql', body: '{"query":"{ __typename }"}', type: 'text/plain' },
    answer: {
      status: 415,
      code: 'unsupported_media_type',
      message: ['content-type must be application/json'],
    },
  },
  { no: 10, name: 'gzip', sent: { body: gzipSync(json), headers: gzip }, answer: { status: 202 } },
  {
    no: 11,
    name: '1 MB that unpacks to 1 GB: refused within a second, in no more memory than an honest body',
    run: async ({ product }) => {
      // Members of gzip one after another unpack to all that is in them.
      const member = gzipSync(Buffer.alloc(64 * 1024 * 1024));
      const bomb = Buffer.concat(Array.from({ length: 16 }, () => member));
      globalThis.gc?.();
      const before = process.memoryUsage().rss;
      const started = performance.now();
      const answers = await Promise.all([
        post(`${product.url}/api/event`, bomb.subarray(0, LIMIT), { headers: gzip }),
        post(`${product.url}/v1/batch`, bomb.subarray(0, 4 * LIMIT), { headers: gzip }),
        post(`${product.url}/batch/`, bomb, { headers: gzip }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([413, 400, 413]);
      expect(answers[0]?.body?.['message']).toEqual(['body must be at most 131,072 bytes when unpacked']);
      expect(performance.now() - started).toBeLessThan(1_000);
      // /batch/ takes 20 MB; the sender is in this process too.
      expect(process.memoryUsage().rss - before).toBeLessThan(96 * 1024 * 1024);
    },
  },
  packed(
    12,
    'not gzip',
    Buffer.from(json),
    400,
    'invalid_encoding',
    'body is not valid gzip, which content-encoding says it is',
  ),
  packed(
    12,
    'truncated gzip',
    gzipSync(json).subarray(0, 40),
    400,
    'invalid_encoding',
    'body is not valid gzip, which content-encoding says it is',
  ),
  packed(12, 'double gzip', gzipSync(gzipSync(json)), 400, 'invalid_encoding', 'body must be UTF-8'),
  ...['zstd', 'br', 'gzip, gzip'].map((encoding) => ({
    no: 13,
    name: `content encoding ${encoding}`,
    sent: { body: json, headers: { 'content-encoding': encoding } },
    answer: {
      status: 415,
      code: 'unsupported_encoding',
      message: ['content-encoding must be gzip or absent'],
    },
  })),
  ok(14, 'a body of a byte less than the limit', padded(LIMIT - 1)),
  ok(14, 'a body of the limit', padded(LIMIT)),
  {
    no: 14,
    name: 'a body of one byte more',
    sent: { body: padded(LIMIT + 1) },
    answer: { status: 413, code: 'body_too_large', message: ['body must be at most 131,072 bytes'] },
  },
];
