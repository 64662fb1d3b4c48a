import { describe, expect, it } from 'vitest';
import { decide, type DecideContext } from './track-event.js';

const receivedAt = Date.UTC(2026, 0, 31, 12);
const context: DecideContext = { receivedAt, dialect: 'rest' };
const good = {
  siteId: 'shop',
  eventType: 'page_view',
  path: '/pricing',
  timestamp: '2026-01-31T11:59:00Z',
};

const refuse = (input: unknown) => {
  const decision = decide(input, context);
  if (decision.accepted) throw new Error(`accepted: ${JSON.stringify(decision.event)}`);
  return decision;
};

/** {a:{a:…}}, `levels` objects deep. */
const nested = (levels: number): object =>
  JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as object;
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

describe('an event that is refused', () => {
  const site = 'siteId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -';
  const noKey =
    'siteId must not begin with pk_ or sk_, as keys do: a key belongs in the header Authorization';
  const type = 'eventType must be 1 to 100 printable characters, such as "page_view"';
  const time = 'timestamp must be an ISO 8601 date and time with a zone, such as "2026-01-31T12:00:00Z"';
  const url = 'url must be an absolute http or https URL, such as "https://example.com/pricing"';
  const uuid = 'eventId must be a UUID, such as "0192f3a4-5b6c-7d8e-9f01-23456789abcd"';
  const person =
    'must identify someone: null, undefined, 0, guest and the like are not allowed; leave the field out instead';

  it.each<[string, object, string]>([
    ['invalid_site_id', { siteId: undefined }, site],
    ['invalid_site_id', { siteId: '' }, site],
    ['invalid_site_id', { siteId: 7 }, site],
    ['invalid_site_id', { siteId: 'a b' }, site],
    ['invalid_site_id', { siteId: 'shop\n' }, site],
    ['invalid_site_id', { siteId: 'x'.repeat(65) }, site],
    ['invalid_site_id', { siteId: 'sk_1' }, noKey],
    ['invalid_site_id', { siteId: 'pk_' }, noKey],
    ['invalid_event_type', { eventType: ' ' }, type],
    ['invalid_event_type', { eventType: 'a\nb' }, type],
    ['invalid_event_type', { eventType: 'a\u202eb' }, type],
    ['invalid_event_type', { eventType: 'x'.repeat(101) }, type],
    ['invalid_event_type', { eventType: 'a\0' }, 'eventType must not contain the NUL character'],
    ['invalid_path', { path: 1 }, 'path must be a path that starts with "/", such as "/pricing"'],
    ['invalid_path', { path: 'pricing' }, 'path must start with "/", such as "/pricing"'],
    [
      'invalid_path',
      { path: 'https://example.com/x' },
      'path must start with "/": send "/pricing", not "https://example.com/pricing"',
    ],
    ['invalid_path', { path: '/' + 'é'.repeat(1000) }, 'path must be at most 2,000 bytes without its query'],
    ['invalid_path', { path: '/?' + 'x'.repeat(8191) }, 'path must be at most 8,192 bytes with its query'],
    ['invalid_path', { path: '/\0' }, 'path must not contain the NUL character'],
    ['invalid_path', { path: null }, 'path must be a path that starts with "/", such as "/pricing"'],
    [
      'invalid_path',
      { pageless: true, path: undefined },
      'path must be a path that starts with "/", such as "/pricing"',
    ],
    ...['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '//host/x', '/pricing', 7].map(
      (value) => ['invalid_url', { path: undefined, url: value }, url] as [string, object, string],
    ),
    ['invalid_url', { url: 'http://[::1' }, 'url must be a valid URL, such as "https://example.com/pricing"'],
    ['invalid_url', { url: 'https://a.example/\0' }, 'url must not contain the NUL character'],
    ['invalid_url', { url: `https://a.example/?${'x'.repeat(8192)}` }, 'url must be at most 8,192 bytes'],
    [
      'invalid_url',
      { url: `https://a.example/${'x'.repeat(2000)}` },
      'url must have a path of at most 2,000 bytes',
    ],
    ['invalid_cookieless', { cookieless: 1 }, 'cookieless must be true or false'],
    ['invalid_timestamp', { timestamp: undefined }, time],
    ['invalid_timestamp', { timestamp: 1769860800123 }, time],
    ['invalid_timestamp', { timestamp: '2026-01-31T12:00:00' }, time],
    ['invalid_timestamp', { timestamp: '2026-01-31' }, time],
    ['invalid_timestamp', { timestamp: '2026-02-30T12:00:00Z' }, time],
    ['invalid_timestamp', { timestamp: '2023-02-29T12:00:00Z' }, time],
    ['invalid_timestamp', { timestamp: '2026-01-31T24:00:00Z' }, time],
    ['invalid_timestamp', { timestamp: '+294277-01-01T00:00:00Z' }, time],
    ['invalid_timestamp', { timestamp: 'infinity' }, time],
    ['invalid_timestamp', { timestamp: '1994-12-31T23:59:59Z' }, 'timestamp must not be before 1995'],
    [
      'invalid_timestamp',
      { timestamp: '2026-02-01T13:00:00Z' },
      'timestamp must not be more than 24 hours ahead',
    ],
    ['invalid_event_id', { eventId: 'abc' }, uuid],
    ['invalid_event_id', { eventId: '0192f3a4-5b6c-7d8e-9f01-23456789abc\n' }, uuid],
    ['invalid_event_id', { eventId: '00000000-0000-0000-0000-000000000000' }, uuid],
    ['invalid_user_id', { userId: 42 }, 'userId must be a string of 1 to 200 characters'],
    ['invalid_user_id', { userId: 'x'.repeat(201) }, 'userId must be 1 to 200 characters'],
    ['invalid_user_id', { userId: 'null' }, `userId ${person}`],
    ['invalid_user_id', { userId: '[object Object]' }, `userId ${person}`],
    ['invalid_visitor_id', { visitorId: '' }, 'visitorId must be 1 to 200 characters'],
    ['invalid_visitor_id', { visitorId: ' Undefined ' }, `visitorId ${person}`],
    ['invalid_visitor_id', { visitorId: '0' }, `visitorId ${person}`],
    ['invalid_visitor_id', { visitorId: 'a\0b' }, 'visitorId must not contain the NUL character'],
    [
      'invalid_referrer',
      { referrer: 'javascript:alert(1)' },
      'referrer must be an http or https URL, or a host name',
    ],
    ['invalid_referrer', { referrer: 'x'.repeat(2001) }, 'referrer must be at most 2,000 characters'],
    ['invalid_title', { title: 'x'.repeat(501) }, 'title must be at most 500 characters'],
    ['invalid_title', { title: {} }, 'title must be a string of at most 500 characters'],
    ['invalid_properties', { properties: [] }, 'properties must be a JSON object'],
    ['invalid_properties', { properties: nested(6) }, 'properties must not be nested deeper than 5 levels'],
    ['invalid_properties', { properties: keys(101) }, 'properties must have at most 100 keys'],
    ['invalid_properties', { properties: { '': 1 } }, 'properties must have keys of 1 to 128 characters'],
    [
      'invalid_properties',
      { properties: { ['k'.repeat(129)]: 1 } },
      'properties must have keys of 1 to 128 characters',
    ],
    [
      'invalid_properties',
      { properties: { a: { t: 'x'.repeat(8193) } } },
      'properties.a.t must be at most 8,192 bytes',
    ],
    [
      'invalid_properties',
      { properties: { a: 'x'.repeat(8000), b: 'x'.repeat(8000), c: 'x'.repeat(400) } },
      'properties must be at most 16,384 bytes as JSON',
    ],
    [
      'invalid_properties',
      { properties: { a: ['x\0'] } },
      'properties.a.0 must not contain the NUL character',
    ],
    [
      'invalid_properties',
      { properties: { 'a\0': 1 } },
      'properties must not contain the NUL character in a key',
    ],
    [
      'invalid_properties',
      { properties: JSON.parse('{"price":1e999}') as object },
      'properties.price must be a finite number',
    ],
    ['invalid_properties', { properties: { big: 1n } }, 'properties.big must be a JSON value'],
    [
      'invalid_properties',
      { properties: JSON.parse('{"a":{"__proto__":{"x":1}}}') as object },
      'properties.a must not have the keys __proto__ or constructor.prototype',
    ],
    [
      'invalid_properties',
      { properties: { constructor: { prototype: { x: 1 } } } },
      'properties must not have the keys __proto__ or constructor.prototype',
    ],
  ])('%s: %o', (reason, change, message) => {
    expect(refuse({ ...good, ...change })).toEqual({ accepted: false, reason, messages: [message] });
  });

  it.each([5000, 100_000])('when its properties are nested %d levels deep', (levels) => {
    expect(refuse({ ...good, properties: nested(levels) }).messages).toEqual([
      'properties must not be nested deeper than 5 levels',
    ]);
  });

  it.each([null, 3, 'x', true, [good], undefined])('when it is %s instead of an object', (input) => {
    expect(refuse(input)).toEqual({
      accepted: false,
      reason: 'invalid_shape',
      messages: ['the event must be a JSON object'],
    });
  });

  it('with one message for each fault, in the order of the fields', () => {
    const { reason, messages } = refuse({ timestamp: '2026-02-02T00:00:00Z', visitorId: 'null', siteId: '' });
    expect(reason).toBe('invalid_site_id');
    expect(messages.map((m) => m.split(' ')[0])).toEqual([
      'siteId',
      'eventType',
      'path',
      'timestamp',
      'visitorId',
    ]);
  });

  it('when __proto__ is one of its keys, and no prototype is touched', () => {
    const input: unknown = JSON.parse(`{"__proto__":{"x":1},${JSON.stringify(good).slice(1)}`);
    expect(refuse(input).messages).toEqual(['the event must not have the key __proto__']);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('when it comes to more than 32 KB in the log', () => {
    const control = '\u0001';
    const input = {
      ...good,
      path: `/${control.repeat(1900)}?${control.repeat(6000)}`,
      properties: { a: 'x'.repeat(8000), b: 'x'.repeat(8000) },
    };
    expect(refuse(input)).toMatchObject({
      reason: 'event_too_large',
      messages: ['the event must be at most 32,768 bytes'],
    });
  });
});
