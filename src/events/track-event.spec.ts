import { describe, expect, it } from 'vitest';
import { isUuid } from './event-id.js';
import type { VisitorPolicy } from './visitor-policy.js';
import { decide, type DecideContext } from './track-event.js';

const receivedAt = Date.UTC(2026, 0, 31, 12);
const context: DecideContext = { receivedAt, dialect: 'rest' };
const good = {
  siteId: 'shop',
  eventType: 'page_view',
  path: '/pricing',
  timestamp: '2026-01-31T11:59:00Z',
};

const accept = (input: unknown, extra: Partial<DecideContext> = {}) => {
  const decision = decide(input, { ...context, ...extra });
  if (!decision.accepted) throw new Error(decision.messages.join('; '));
  return decision.event;
};
/** {a:{a:…}}, `levels` objects deep. */
const nested = (levels: number): object =>
  JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as object;
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

describe('an event that is accepted', () => {
  it('becomes the envelope, with IDs made where absent', () => {
    const event = accept(good);
    expect(event).toMatchObject({ v: 1, site: 'shop', type: 'page_view', path: '/pricing', receivedAt });
    expect(event.occurredAt).toBe(Date.UTC(2026, 0, 31, 11, 59));
    expect(isUuid(event.id)).toBe(true);
    expect(isUuid(event.visitorId)).toBe(true);
    expect(event.source).toEqual({ dialect: 'rest' });
  });

  it('keeps what it names, IDs in lower case, names trimmed', () => {
    const event = accept({
      ...good,
      eventId: '0192F3A4-5B6C-7D8E-9F01-23456789ABCD',
      eventType: '  Signed Up ',
      userId: ' 42 ',
      visitorId: 'v1',
      title: 'Pricing – Shop',
      referrer: 'https://example.com/a',
      properties: { plan: 'pro' },
    });
    expect(event).toMatchObject({
      id: '0192f3a4-5b6c-7d8e-9f01-23456789abcd',
      type: 'Signed Up',
      userId: '42',
      visitorId: 'v1',
      title: 'Pricing – Shop',
      referrer: 'https://example.com/a',
      properties: { plan: 'pro' },
    });
  });

  it('takes the visitor from the cookie only where it names none, and only a fit one', () => {
    expect(accept(good, { cookieVisitorId: 'c1' }).visitorId).toBe('c1');
    expect(accept({ ...good, visitorId: 'v1' }, { cookieVisitorId: 'c1' }).visitorId).toBe('v1');
    expect(isUuid(accept(good, { cookieVisitorId: 'undefined' }).visitorId)).toBe(true);
  });

  it('is stored without query and fragment in its path, and without secrets anywhere', () => {
    expect(accept({ ...good, path: '/a?utm_source=x&token=abc&Email=a%40b.c#access_token=1' })).toMatchObject(
      {
        path: '/a',
        url: '/a?utm_source=x',
      },
    );
    expect(accept({ ...good, path: '/a?token=abc' }).url).toBeUndefined();
    expect(accept({ ...good, path: '/a#b' }).url).toBeUndefined();
    expect(accept({ ...good, referrer: 'https://me:pw@example.com/?q=1&password=2#x' }).referrer).toBe(
      'https://example.com/?q=1',
    );
  });

  it('may name its URL instead of its path, or beside it', () => {
    const url = 'https://me:pw@shop.example/caf%C3%A9?utm_source=x&token=abc#top';
    const kept = 'https://shop.example/caf%C3%A9?utm_source=x';
    expect(accept({ ...good, path: undefined, url })).toMatchObject({ path: '/caf%C3%A9', url: kept });
    expect(accept({ ...good, url })).toMatchObject({ path: '/pricing', url: kept });
    expect(accept({ ...good, path: null, url: ' https://shop.example?q=1 ' })).toMatchObject({
      path: '/',
      url: 'https://shop.example?q=1',
    });
    expect(accept({ ...good, path: undefined, url: 'http://bücher.example/a' }).path).toBe('/a');
  });

  it('needs no path where its sender has no pages', () => {
    const event = accept({ ...good, path: undefined }, { pageless: true });
    expect([event.path, event.url]).toEqual([undefined, undefined]);
    expect(accept({ ...good, pageless: true }, { pageless: true }).path).toBe('/pricing');
  });

  it('says what device it came from, for itself or for whom it is sent', () => {
    const sent = { ...context, userAgent: 'proxy/1', language: 'de', clientHints: { 'sec-ch-ua': 'x' } };
    const own = { screen: '1440x900', language: 'pt-BR', userAgent: 'Mozilla/5.0' };
    expect(accept({ ...good, ...own }, sent)).toMatchObject(own);
    expect(accept({ ...good, ...own }, sent).clientHints).toBeUndefined();
    expect(accept({ ...good, screen: '' }, sent)).toMatchObject({ userAgent: 'proxy/1', language: 'de' });
  });

  it.each([
    ['screen', '0x0', 'screen must be width and height in pixels, such as "1440x900": it is left out'],
    ['screen', '-1x5', 'screen must be width and height in pixels, such as "1440x900": it is left out'],
    ['screen', '99999999x1', 'screen must be width and height in pixels, such as "1440x900": it is left out'],
    ['screen', 7, 'screen must be width and height in pixels, such as "1440x900": it is left out'],
    ['language', 'x'.repeat(300), 'language must be a language tag, such as "en-GB": it is left out'],
    ['address', '300.1.1.1', 'address must be an IPv4 or IPv6 address: it is left out'],
    ['userAgent', {}, 'userAgent must be a string: it is left out'],
  ])('is stored without a %s that is unfit (%s), with a warning', (field, value, warning) => {
    const decision = decide({ ...good, [field]: value }, context);
    expect(decision).toMatchObject({ accepted: true, warnings: [warning] });
    expect(decision.accepted && decision.event).not.toHaveProperty(field);
  });

  it('knows a cookieless visitor by site, address and user agent while the salt lasts, and reads no cookie', () => {
    const salt = Buffer.alloc(32, 1);
    const sender = { cookieVisitorId: 'c1', userAgent: 'Mozilla/5.0', address: '192.0.2.1', salt };
    const visitor = (change: object, context: Partial<DecideContext> = sender) =>
      accept({ ...good, cookieless: true, ...change }, context).visitorId;
    const known = visitor({});
    expect(isUuid(known)).toBe(true);
    expect(visitor({ path: '/other', userAgent: 'Mozilla/5.0', address: '192.0.2.1' })).toBe(known);
    const others = [
      visitor({ siteId: 'blog' }),
      visitor({ userAgent: 'x' }),
      visitor({ address: '192.0.2.2' }),
      visitor({}, { ...sender, salt: Buffer.alloc(32, 2) }),
    ];
    expect(new Set([known, ...others]).size).toBe(5);
    expect(visitor({ cookieless: false })).toBe('c1');
    expect(visitor({ visitorId: 'v1' })).toBe('v1');
    expect(JSON.stringify(accept({ ...good, cookieless: true, address: '192.0.2.77' }, sender))).not.toMatch(
      /192\.0\.2/,
    );
    expect(() => visitor({}, {})).toThrow('needs a salt');
  });

  it('is kept without an ID of its visitor where the site, or the browser, wants that', () => {
    const salt = Buffer.alloc(32, 1);
    const named = { ...good, visitorId: 'v1', userId: 'u1' };
    const said = (policy: VisitorPolicy | undefined, privacySignal: boolean) => {
      const decision = decide(named, { ...context, salt, privacySignal }, { visitorPolicyOf: () => policy });
      if (!decision.accepted) throw new Error('refused');
      const { visitorId, userId } = decision.event;
      return { named: visitorId === 'v1', userId, cookieless: decision.cookieless };
    };
    const kept = { named: true, userId: 'u1', cookieless: false };
    expect(said(undefined, false)).toEqual(kept);
    expect(said({ identity: 'persistent', signals: 'ignored' }, true)).toEqual(kept);
    expect(said({ identity: 'cookieless', signals: 'ignored' }, true)).toEqual({
      named: false,
      userId: 'u1',
      cookieless: true,
    });
    for (const policy of [undefined, { identity: 'cookieless', signals: 'honoured' } as const])
      expect(said(policy, true)).toEqual({ named: false, userId: undefined, cookieless: true });
    const identify = { ...good, properties: { traits: { email: 'a@b.c' }, previousId: 'v0', plan: 'pro' } };
    expect(accept(identify, { salt, privacySignal: true }).properties).toEqual({ plan: 'pro' });
  });

  it('drops unknown fields, nulls and empty optional texts', () => {
    const event = accept({
      ...good,
      orgId: 'other',
      userId: null,
      referrer: '',
      title: '',
      properties: null,
    });
    expect(Object.keys(event).sort()).toEqual(
      ['id', 'occurredAt', 'path', 'receivedAt', 'site', 'source', 'type', 'v', 'visitorId'].sort(),
    );
  });

  it('has lone surrogates mended, wherever they are', () => {
    const event = accept({
      ...good,
      title: 'a\ud800b',
      path: '/\udfff',
      properties: { 'k\ud800': ['\ud800'] },
    });
    expect(event).toMatchObject({
      title: 'a\ufffdb',
      path: '/\ufffd',
      properties: { 'k\ufffd': ['\ufffd'] },
    });
  });

  it('has its headers cut to what is kept instead of being refused', () => {
    const event = accept(good, {
      userAgent: 'é'.repeat(5000),
      language: 'de\0',
      requestId: 'r1',
      sdk: 'js/1',
    });
    expect(Buffer.byteLength(event.userAgent ?? '')).toBe(512);
    expect(event).toMatchObject({
      language: 'de',
      requestId: 'r1',
      source: { dialect: 'rest', sdk: 'js/1' },
    });
  });

  it.each([
    ['a site of 64 characters', { siteId: 'A-_'.repeat(21) + 'z' }],
    ['an event type of 100', { eventType: 'x'.repeat(100) }],
    ['letters of any script', { eventType: '購入 ✓' }],
    ['a path of 2,000 bytes', { path: '/' + 'é'.repeat(999) + 'x' }],
    ['23 hours ahead', { timestamp: '2026-02-01T11:00:00Z' }],
    ['the first moment of 1995', { timestamp: '1995-01-01T00:00:00Z' }],
    ['an offset', { timestamp: '2026-01-31T13:59:00.123456+02:00' }],
    ['a leap day', { timestamp: '2024-02-29T00:00:00Z' }],
    ['a title of 500', { title: 'x'.repeat(500) }],
    ['a user ID of 200', { userId: 'x'.repeat(200) }],
    ['a host as referrer', { referrer: 'localhost:3000/x' }],
    ['an app as referrer', { referrer: 'android-app://com.example' }],
    ['text as referrer', { referrer: '<script>alert(1)</script>' }],
    ['5 levels of properties', { properties: nested(5) }],
    ['100 keys', { properties: keys(100) }],
    ['a key of 128', { properties: { ['k'.repeat(128)]: 1 } }],
    ['a text of 8 KB', { properties: { text: 'x'.repeat(8192) } }],
    ['numbers as Node reads them', { properties: { a: -0, b: Number('9007199254740993'), c: 1.5 } }],
    ['constructor as a plain key', { properties: { constructor: 'Ford' } }],
  ])('may have %s', (_, change) => {
    expect(decide({ ...good, ...change }, context)).toMatchObject({ accepted: true });
  });
});
