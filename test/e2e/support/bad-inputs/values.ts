import { GOOD } from '../ingest-app.js';
import { bad, badField, badProperties, field, ok, properties, withText, type BadInput } from './case.js';

const noNul = (name: string, fields: object): BadInput => {
  const at = Object.keys(fields)[0] ?? '';
  return badField(42, `NUL in ${name}`, fields, `${at} must not contain the NUL character`);
};
const purchase = (fields: object) => ({ ...GOOD, eventType: 'purchase', properties: fields });
const amount = (name: string, fields: object, rest: string): BadInput =>
  bad(
    47,
    `revenue ${name}`,
    purchase(fields),
    'invalid_properties',
    `properties.revenue must be an amount from 0 to below 1,000,000,000,000 ${rest}`,
  );
const TWO = 'with at most 2 decimals, as a number or as text such as "12.5"';

/** Two thousand bytes in which nothing repeats, so that no index makes them smaller. */
const random = Array.from({ length: 1999 }, (_, i) =>
  String.fromCharCode(33 + ((i * 7919 + i * i * 31) % 93)),
)
  .join('')
  .replaceAll(/[?#]/g, '_');

export const values: readonly BadInput[] = [
  noNul('eventType', { eventType: 'a\0' }),
  noNul('path', { path: '/\0' }),
  noNul('title', { title: '\0' }),
  noNul('visitorId', { visitorId: 'v\0' }),
  noNul('userId', { userId: 'u\0' }),
  noNul('url', { url: 'https://x.dev/\0' }),
  noNul('referrer', { referrer: 'https://x.dev/\0' }),
  badProperties(
    42,
    'NUL in a property',
    '{"a":"\\u0000"}',
    'properties.a must not contain the NUL character',
  ),
  badProperties(
    42,
    'NUL in a key',
    '{"a":{"\\u0000":1}}',
    'properties.a must not contain the NUL character in a key',
  ),
  field(42, 'NUL in a field that is dropped', { anything: '\0' }),
  {
    no: 42,
    name: 'NUL in another product’s property: left out',
    sent: { door: '/e/', body: { api_key: 'shop', event: 'e', distinct_id: 'u', properties: { a: 'x\0y' } } },
    answer: { status: 200, stored: [{ properties: { a: 'xy' } }] },
  },

  field(
    43,
    'lone surrogates',
    { path: '/a\ud800b', title: '\udfff', userId: 'u\ud800' },
    { path: '/a\ufffdb', title: '\ufffd', userId: 'u\ufffd' },
  ),
  properties(43, 'lone surrogates in properties', '{"a":"\\ud800","\\udc00":[{"b":"x\\ud800"}]}', {
    a: '\ufffd',
    '\ufffd': [{ b: 'x\ufffd' }],
  }),
  ok(43, 'a lone surrogate as an event type', { ...GOOD, eventType: 'a\ud800' }, { type: 'a\ufffd' }),

  badProperties(44, '1e999', '{"a":1e999}', 'properties.a must be a finite number'),
  badProperties(44, '-1e400, nested', '{"a":{"b":[-1e400]}}', 'properties.a.b.0 must be a finite number'),
  badProperties(44, '1e999999', '{"a":1e999999}', 'properties.a must be a finite number'),
  properties(44, '1e308', '{"a":1e308}', { a: 1e308 }),

  properties(45, 'an integer that JavaScript rounds', '{"a":9007199254740993}', { a: 9007199254740992 }),

  properties(46, '-0', '{"a":-0}'),
  ...['NaN', '.5', '0x1F', 'Infinity', '01'].map((text) => ({
    no: 46,
    name: text,
    sent: { body: withText(`"properties":{"a":${text}}`) },
    answer: { status: 400, code: 'malformed_json' },
  })),

  amount('"12,50"', { revenue: '12,50', currency: 'EUR' }, TWO),
  amount('negative', { revenue: -1 }, TWO),
  amount('1e12', { revenue: 1e12 }, TWO),
  amount('3 decimals of EUR', { revenue: 1.999, currency: 'EUR' }, TWO),
  amount(
    '3 decimals of JPY',
    { revenue: 1.999, currency: 'JPY' },
    'without decimals, as a number or as text such as "12"',
  ),
  bad(
    47,
    'currency unknown',
    purchase({ revenue: 1, currency: 'XYZ9' }),
    'invalid_properties',
    'properties.currency must be a currency of ISO 4217, such as "EUR"',
  ),
  ok(47, 'revenue 12.50, as text too', purchase({ revenue: '12.50', currency: 'EUR' })),

  field(48, 'path of 2,000 bytes in which nothing repeats', { path: `/${random}` }, { path: `/${random}` }),
  badField(
    48,
    'path of 2,048',
    { path: `/${'a'.repeat(2047)}` },
    'path must be at most 2,000 bytes without its query',
  ),
  badField(
    48,
    'path of 20,000',
    { path: `/${'a'.repeat(19_999)}` },
    'path must be at most 2,000 bytes without its query',
  ),
  badField(
    48,
    'path of 20,000 with its query',
    { path: `/?${'a'.repeat(19_998)}` },
    'path must be at most 8,192 bytes with its query',
  ),
  badField(48, 'title of 501', { title: 'x'.repeat(501) }, 'title must be at most 500 characters'),
  badField(
    48,
    'eventType of 101',
    { eventType: 'a'.repeat(101) },
    'eventType must be 1 to 100 printable characters, such as "page_view"',
  ),
  {
    no: 48,
    name: 'more than 32 KB together',
    sent: { body: { ...GOOD, path: `/?${'\u0001'.repeat(8000)}`, title: '\u0001'.repeat(500) } },
    answer: { status: 413, code: 'event_too_large', message: ['the event must be at most 32,768 bytes'] },
  },

  // No column is as narrow as that; what a site says of its own types is another thing.
  ok(
    49,
    '2147483648',
    { ...GOOD, eventType: 'engagement', properties: { engagedMs: 2147483648 } },
    { properties: { engagedMs: 2147483648 } },
  ),
  {
    no: 49,
    name: 'below its bound: stored with a warning',
    sent: { body: { ...GOOD, eventType: 'engagement', properties: { engagedMs: -1 } } },
    answer: { status: 202, body: { warnings: ['properties.engagedMs must be at least 0'] } },
  },
];
