import { GOOD } from '../ingest-app.js';
import {
  bad,
  badField,
  badProperties,
  field,
  ok,
  properties,
  withText,
  type Answered,
  type BadInput,
} from './case.js';

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const many = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const batch = (no: number, name: string, body: unknown, answer: Answered): BadInput => ({
  no,
  name,
  sent: { door: '/api/events', body },
  answer,
});
const empty: Answered = { status: 400, code: 'empty_batch', message: ['events must hold at least 1 event'] };
const DEEP = 'properties must not be nested deeper than 5 levels';
const FORBIDDEN = 'properties must not have the keys __proto__ or constructor.prototype';
const KEYS = 'properties must have keys of 1 to 128 characters';
const rejected = (index: number, reason: string, message: string) => ({
  index,
  status: 'rejected',
  reason,
  message: [message],
});
const stored = { status: 'stored' };
const SHAPE = 'the event must be a JSON object';

export const shape: readonly BadInput[] = [
  batch(30, '[]', [], empty),
  batch(30, '{"events": []}', { events: [] }, empty),
  batch(30, 'no list at all', { event: GOOD }, { status: 400, code: 'invalid_shape' }),

  batch(31, '1,000 events', times(1_000, GOOD), {
    status: 202,
    body: { stored: 1_000 },
    stored: times(1_000, {}),
  }),
  batch(31, '1,001 events', times(1_001, GOOD), {
    status: 413,
    code: 'batch_too_large',
    message: ['events must hold at most 1,000 events in one request, not 1,001'],
  }),

  batch(32, '1 bad of 50', [...times(7, GOOD), { ...GOOD, path: 'x' }, ...times(42, GOOD)], {
    status: 202,
    code: 'invalid_path',
    body: {
      stored: 49,
      outcomes: [
        ...times(7, stored),
        rejected(7, 'invalid_path', 'path must start with "/", such as "/pricing"'),
        ...times(42, stored),
      ],
    },
    stored: times(49, {}),
  }),
  batch(33, 'null, a list, a string among them', [null, [GOOD], 'x', GOOD], {
    status: 202,
    code: 'invalid_shape',
    body: { stored: 1, outcomes: [...[0, 1, 2].map((i) => rejected(i, 'invalid_shape', SHAPE)), stored] },
  }),
  batch(33, 'none that is valid', [null], {
    status: 400,
    code: 'invalid_shape',
    body: { stored: 0, statusCode: 400 },
  }),

  ok(34, 'unknown fields are dropped', { ...GOOD, anything: { a: 1 }, _id: 'x' }, { path: '/pricing' }),
  ok(
    35,
    "another tenant's project: siteId alone decides",
    { ...GOOD, projectId: 'x', orgId: 'y', site: 'z' },
    { site: 'shop' },
  ),

  badProperties(36, '__proto__', '{"__proto__":{"polluted":1}}', FORBIDDEN),
  badProperties(36, '__proto__, escaped', '{"\\u005f_proto__":{"polluted":1}}', FORBIDDEN),
  badProperties(36, 'constructor.prototype', '{"constructor":{"prototype":{"polluted":1}}}', FORBIDDEN),
  bad(
    36,
    '__proto__ at the top',
    withText('"__proto__":{"polluted":1}'),
    'invalid_shape',
    'the event must not have the key __proto__',
  ),
  {
    no: 36,
    name: 'in a question',
    sent: { door: '/graphql', body: '{"query":"{ __typename }","variables":{"__proto__":{}}}' },
    answer: { status: 400, code: 'forbidden_key', message: ['body must not have a key "__proto__"'] },
  },
  ...['/v1/track', '/e/', '/webhook'].map((door) => ({
    no: 36,
    name: `at ${door}, where it is left out`,
    sent: {
      door,
      body: '{"writeKey":"shop","api_key":"shop","userId":"u","distinct_id":"u","event":"e","eventType":"e","properties":{"__proto__":{"polluted":1},"a":1},"metadata":{"__proto__":{"polluted":1},"a":1}}',
      headers: { 'x-api-key': 'shop' },
    },
    answer: { status: door === '/webhook' ? 202 : 200, stored: [{ properties: { a: 1, truncated: true } }] },
  })),

  ok(37, 'the same key twice: the last', withText('"path":"/last"'), { path: '/last' }),

  properties(38, 'nested 5 deep', nested(5)),
  ...[6, 5_000, 20_000].map((depth) => badProperties(38, `nested ${depth} deep`, nested(depth), DEEP)),
  batch(38, 'nested 100,000 deep', `[${withText(`"properties":${nested(100_000)}`)}]`, {
    status: 400,
    code: 'invalid_properties',
    body: { outcomes: [rejected(0, 'invalid_properties', DEEP)] },
  }),
  {
    no: 38,
    name: 'nested 100,000 deep, of another product: as text',
    sent: {
      door: '/batch/',
      body: `{"api_key":"shop","batch":[{"event":"e","distinct_id":"u","properties":${nested(100_000)}}]}`,
    },
    answer: { status: 200, stored: [{ properties: { truncated: true } }] },
  },
  {
    no: 38,
    name: 'nested 100,000 deep, in a question',
    sent: { door: '/graphql', body: `{"query":"{ __typename }","variables":${nested(100_000)}}` },
    answer: { status: 413, body: { errors: [{ extensions: { code: 'BODY_TOO_LARGE' } }] }, stored: [] },
  },
  {
    no: 38,
    name: 'nested 10,000 deep, in a question',
    sent: { door: '/graphql', body: `{"query":"{ __typename }","variables":${nested(10_000)}}` },
    answer: { status: 200, body: { data: { __typename: 'Query' } }, stored: [] },
  },

  field(39, '100 properties', { properties: many(100) }, { properties: many(100) }),
  badField(39, '101 properties', { properties: many(101) }, 'properties must have at most 100 keys'),
  badField(39, 'properties as a list', { properties: [] }, 'properties must be a JSON object'),
  badField(
    39,
    'properties of more than 16 KB',
    { properties: { a: 'x'.repeat(8000), b: 'x'.repeat(8000), c: 'x'.repeat(800) } },
    'properties must be at most 16,384 bytes as JSON',
  ),
  badProperties(40, 'a key of 0', '{"":1}', KEYS),
  field(40, 'a key of 1', { properties: { k: 1 } }),
  field(40, 'a key of 128', { properties: { ['k'.repeat(128)]: 1 } }),
  badField(40, 'a key of 129', { properties: { ['k'.repeat(129)]: 1 } }, KEYS),
  field(41, 'text of 8 KB', { properties: { a: 'x'.repeat(8192) } }),
  badField(
    41,
    'text of 8 KB and a byte',
    { properties: { a: 'x'.repeat(8193) } },
    'properties.a must be at most 8,192 bytes',
  ),
  {
    no: 41,
    name: 'text of 8 KB and a byte, of another product: cut',
    sent: {
      door: '/e/',
      body: { api_key: 'shop', event: 'e', distinct_id: 'u', properties: { a: 'x'.repeat(8193) } },
    },
    answer: { status: 200, stored: [{ properties: { a: 'x'.repeat(8192), truncated: true } }] },
  },
];
