import { gzipSync } from 'node:zlib';

import { GOOD } from './ingest-app.js';

/** One request to POST /api/event and its exact answer: 202, or the status and every message. */
export interface InputCase {
  readonly name: string;
  readonly body: unknown;
  readonly type?: string | null;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly message?: readonly string[];
}

const DAY = 86_400_000;
const iso = (offset: number): string => new Date(Date.now() + offset).toISOString();
const json = JSON.stringify(GOOD);
const gzip = { 'content-encoding': 'gzip' };
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const keys = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
/** The good event with more text inside its braces. */
const withText = (fields: string): string => `${json.slice(0, -1)},${fields}}`;
const padded = (bytes: number): string => `${json}${' '.repeat(bytes - json.length)}`;

const site = 'siteId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -';
const type = 'eventType must be 1 to 100 printable characters, such as "page_view"';
const path = 'path must be a path that starts with "/", such as "/pricing"';
const time = 'timestamp must be an ISO 8601 date and time with a zone, such as "2026-01-31T12:00:00Z"';
const id = 'eventId must be a UUID, such as "0192f3a4-5b6c-7d8e-9f01-23456789abcd"';
const visitor = (rest: string): string => `visitorId must ${rest}`;
const illegal =
  'identify someone: null, undefined, 0, guest and the like are not allowed; leave the field out instead';
const forbidden = 'properties must not have the keys __proto__ or constructor.prototype';
const ok = 202;

const bad = (name: string, body: unknown, ...message: string[]): InputCase => ({
  name,
  body,
  status: 400,
  message,
});
const good = (name: string, body: unknown): InputCase => ({ name, body, status: ok });
const field = (name: string, fields: object, ...message: string[]): InputCase =>
  message.length === 0 ? good(name, { ...GOOD, ...fields }) : bad(name, { ...GOOD, ...fields }, ...message);
const properties = (name: string, text: string, ...message: string[]): InputCase =>
  message.length === 0
    ? good(name, withText(`"properties":${text}`))
    : bad(name, withText(`"properties":${text}`), ...message);

export const transport: readonly InputCase[] = [
  bad('empty body', '', 'body is empty: it must be JSON'),
  bad('blank body', ' \n', 'body is empty: it must be JSON'),
  bad('truncated JSON', '{', 'body is not valid JSON (at character 2)'),
  bad('trailing garbage', '{} x', 'body is not valid JSON (at character 4)'),
  ...['null', '3', '"x"', 'true', '[]'].map((text) =>
    bad(`top level ${text}`, text, 'the event must be a JSON object'),
  ),
  good('UTF-8 byte order mark first', `\ufeff${json}`),
  bad('invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'body must be UTF-8'),
  ...['utf-7', 'utf-16', '"latin1"'].map((charset) => ({
    name: `charset ${charset}`,
    body: json,
    type: `application/json; charset=${charset}`,
    status: 415,
    message: ['charset must be utf-8'],
  })),
  { name: 'charset UTF-8', body: json, type: 'application/json;charset="UTF-8"', status: ok },
  { name: 'no content type', body: json, type: null, status: ok },
  { name: 'text/plain', body: json, type: 'text/plain;charset=UTF-8', status: ok },
  ...[
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/x-ndjson',
    'nonsense',
  ].map((each) => ({
    name: `content type ${each}`,
    body: json,
    type: each,
    status: 415,
    message: ['content-type must be application/json or text/plain'],
  })),
  { name: 'gzip', body: gzipSync(json), headers: gzip, status: ok },
  {
    name: 'gzip bomb',
    body: gzipSync(Buffer.alloc(100_000_000)),
    headers: gzip,
    status: 413,
    message: ['body must be at most 131,072 bytes when unpacked'],
  },
  ...[
    ['not gzip', Buffer.from(json)] as const,
    ['truncated gzip', gzipSync(json).subarray(0, 40)] as const,
  ].map(([name, body]) => ({
    name,
    body,
    headers: gzip,
    status: 400,
    message: ['body is not valid gzip, which content-encoding says it is'],
  })),
  {
    name: 'double gzip',
    body: gzipSync(gzipSync(json)),
    headers: gzip,
    status: 400,
    message: ['body must be UTF-8'],
  },
  ...['zstd', 'br', 'gzip, gzip'].map((encoding) => ({
    name: `content encoding ${encoding}`,
    body: json,
    headers: { 'content-encoding': encoding },
    status: 415,
    message: ['content-encoding must be gzip or absent'],
  })),
  good('a body of exactly the limit', padded(128 * 1024)),
  {
    name: 'a body of one byte more',
    body: padded(128 * 1024 + 1),
    status: 413,
    message: ['body must be at most 131,072 bytes'],
  },
];

export const fields: readonly InputCase[] = [
  bad('nothing in it', {}, site, type, path, time),
  bad('empty strings', { siteId: '', eventType: '', path: '', timestamp: '' }, site, type, path, time),
  bad('wrong types', { siteId: 1, eventType: [], path: {}, timestamp: 0 }, site, type, path, time),
  good('unknown fields, dropped', { ...GOOD, projectId: 'x', anything: { a: 1 } }),
  field('siteId of 64', { siteId: 'a'.repeat(64) }),
  field('siteId of 65', { siteId: 'a'.repeat(65) }, site),
  ...['a b', 'a.b', 'ä', 'a*', '../x', 'a\n'].map((siteId) =>
    field(`siteId ${JSON.stringify(siteId)}`, { siteId }, site),
  ),
  field('eventType of 101', { eventType: 'a'.repeat(101) }, type),
  field('NUL in eventType', { eventType: 'a\0' }, 'eventType must not contain the NUL character'),
  field('NUL in path', { path: '/\0' }, 'path must not contain the NUL character'),
  field('NUL in title', { title: '\0' }, 'title must not contain the NUL character'),
  field('path without slash', { path: 'pricing' }, 'path must start with "/", such as "/pricing"'),
  field('path of 2,000 bytes', { path: `/${'a'.repeat(1999)}` }),
  field(
    'path of 2,001 bytes',
    { path: `/${'a'.repeat(2000)}` },
    'path must be at most 2,000 bytes without its query',
  ),
  field('lone surrogate', { path: '/\ud800' }),
  field('direction override, zero width, emoji, combining marks', {
    title: `\u202e\u200b😀${'e\u0301'.repeat(200)}`,
  }),
  field('markup and formulas', { title: '=HYPERLINK("x")<script>', path: '/"><img onerror=x>' }),
  field('title of 501', { title: 'x'.repeat(501) }, 'title must be at most 500 characters'),
  field(
    'referrer javascript:',
    { referrer: 'javascript:alert(1)' },
    'referrer must be an http or https URL, or a host name',
  ),
  field('referrer of 2,001', { referrer: 'x'.repeat(2001) }, 'referrer must be at most 2,000 characters'),
  ...[
    '2026-01-31',
    '2026-01-31T12:00:00',
    'yesterday',
    '2026-02-29T00:00:00Z',
    '1769860800',
    'infinity',
    '+294277-01-01T00:00:00Z',
  ].map((timestamp) => field(`timestamp ${timestamp}`, { timestamp }, time)),
  field('timestamp as a number', { timestamp: 1_769_860_800_000 }, time),
  field('timestamp 23 h ahead', { timestamp: iso(23 * 3_600_000) }),
  field(
    'timestamp 25 h ahead',
    { timestamp: iso(25 * 3_600_000) },
    'timestamp must not be more than 24 hours ahead',
  ),
  field('timestamp 30 days ago', { timestamp: iso(-30 * DAY) }),
  field('timestamp 5 years ago', { timestamp: iso(-5 * 365 * DAY) }),
  field('timestamp in 1995', { timestamp: '1995-01-01T00:00:00Z' }),
  field('timestamp in 1994', { timestamp: '1994-12-31T23:59:59Z' }, 'timestamp must not be before 1995'),
  field('timestamp with an offset', { timestamp: '2026-01-31T12:00:00.123+02:00' }),
  ...[
    'x',
    'a'.repeat(10_000),
    '0192f3a4-5b6c-7d8e-9f01-23456789abc\r\n',
    '0192f3a4 5b6c 7d8e 9f01 23456789abcd',
    '00000000-0000-0000-0000-000000000000',
  ].map((eventId) => field(`eventId ${JSON.stringify(eventId).slice(0, 40)}`, { eventId }, id)),
  field('eventId of a wrong type', { eventId: 7 }, id),
  field('eventId in capitals', { eventId: '0192F3A4-5B6C-7D8E-9F01-23456789ABCE' }),
  ...['null', 'undefined', '0', 'guest', 'Anonymous'].map((visitorId) =>
    field(`visitorId ${visitorId}`, { visitorId }, visitor(illegal)),
  ),
  field('visitorId empty', { visitorId: '' }, visitor('be 1 to 200 characters')),
  field('visitorId of 10 KB', { visitorId: 'v'.repeat(10_000) }, visitor('be 1 to 200 characters')),
  field('visitorId null', { visitorId: null }),
  field('userId as an object', { userId: {} }, 'userId must be a string of 1 to 200 characters'),
  bad(
    '__proto__ at the top',
    withText('"__proto__":{"polluted":1}'),
    'the event must not have the key __proto__',
  ),
  good('the same key twice', withText('"path":"/last"')),
];

export const nestedValues: readonly InputCase[] = [
  field('properties as a list', { properties: [] }, 'properties must be a JSON object'),
  properties('__proto__ in properties', '{"__proto__":{"polluted":1}}', forbidden),
  properties('__proto__, escaped', '{"\\u005f_proto__":{"polluted":1}}', forbidden),
  properties('constructor.prototype', '{"constructor":{"prototype":{"polluted":1}}}', forbidden),
  properties('nested 5 deep', nested(5)),
  ...[6, 5_000, 20_000].map((depth) =>
    properties(`nested ${depth} deep`, nested(depth), 'properties must not be nested deeper than 5 levels'),
  ),
  field('100 properties', { properties: keys(100) }),
  field('101 properties', { properties: keys(101) }, 'properties must have at most 100 keys'),
  properties('empty key', '{"":1}', 'properties must have keys of 1 to 128 characters'),
  field('key of 128', { properties: { ['k'.repeat(128)]: 1 } }),
  field(
    'key of 129',
    { properties: { ['k'.repeat(129)]: 1 } },
    'properties must have keys of 1 to 128 characters',
  ),
  field('string of 8 KB', { properties: { a: 'x'.repeat(8192) } }),
  field(
    'string of 8 KB and a byte',
    { properties: { a: 'x'.repeat(8193) } },
    'properties.a must be at most 8,192 bytes',
  ),
  field(
    'properties of more than 16 KB',
    { properties: { a: 'x'.repeat(8000), b: 'x'.repeat(8000), c: 'x'.repeat(800) } },
    'properties must be at most 16,384 bytes as JSON',
  ),
  properties('NUL in a property', '{"a":"\\u0000"}', 'properties.a must not contain the NUL character'),
  properties('lone surrogate in a property', '{"a":"\\ud800"}'),
  properties('1e999', '{"a":1e999}', 'properties.a must be a finite number'),
  properties('-1e400, nested', '{"a":{"b":[-1e400]}}', 'properties.a.b.0 must be a finite number'),
  properties('-0', '{"a":-0}'),
  properties('an integer that JavaScript rounds', '{"a":9007199254740993}'),
];

/** The character is where V8 of the oldest Node meets the fault. */
export const notJson: readonly string[] = [
  '{"a":NaN}',
  '{"a":.5}',
  '{"a":0x1F}',
  "{'a':1}",
  '{"a":1,}',
  '// {}',
];
