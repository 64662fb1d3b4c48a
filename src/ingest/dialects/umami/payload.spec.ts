import { describe, expect, it } from 'vitest';

import { isUmamiServer, umamiItem, umamiSession } from './payload.js';

const receivedAt = Date.parse('2026-01-31T12:00:00Z');
const sender = { receivedAt, dialect: 'umami', userAgent: 'browser/1' };
const item = (payload: object, type = 'event'): unknown => umamiItem({ type, payload }, sender);

describe('an Umami event', () => {
  it('without a name is a view of a page, of a visitor without a cookie', () => {
    const payload = {
      website: 'shop',
      hostname: 'x.dev',
      url: '/a?b=c',
      referrer: 'https://r.dev/',
      title: 'A',
      language: 'de-AT',
      screen: '1440x900',
      ip: '192.0.2.1',
      userAgent: 'Mozilla/5.0 (X11)',
      timestamp: receivedAt / 1000 - 60,
    };
    expect(item(payload)).toEqual({
      siteId: 'shop',
      eventType: 'page_view',
      cookieless: true,
      timestamp: '2026-01-31T11:59:00.000Z',
      url: 'https://x.dev/a?b=c',
      referrer: 'https://r.dev/',
      title: 'A',
      language: 'de-AT',
      screen: '1440x900',
      address: '192.0.2.1',
      userAgent: 'Mozilla/5.0 (X11)',
    });
  });

  it.each([
    ['a whole address', { url: 'https://x.dev/a', hostname: 'y.dev' }, { url: 'https://x.dev/a' }],
    ['a path and no host', { url: '/a' }, { path: '/a' }],
    ['a host that is none', { url: '/a', hostname: 'a b' }, { path: '/a' }],
    ['no page', {}, {}],
  ])('with %s', (_name, payload, place) => {
    const { url, path } = item({ website: 'shop', name: 'x', ...payload }) as Record<string, unknown>;
    expect({ url, path }).toEqual({ url: undefined, path: undefined, ...place });
  });

  it.each([
    [
      'event',
      { name: 'buy', data: { revenue: 5, currency: 'EUR' }, tag: 'b' },
      'buy',
      { revenue: 5, currency: 'EUR', tag: 'b' },
    ],
    ['identify', { id: 'u1', data: { plan: 'pro' } }, 'identify', { traits: { plan: 'pro' } }],
    ['performance', { lcp: 900, cls: 0.1, inp: 'x' }, 'web_vitals', { lcp: 900, cls: 0.1 }],
  ])('of the type %s', (type, payload, eventType, properties) => {
    expect(item({ website: 'shop', ...payload }, type)).toMatchObject({ eventType, properties });
  });

  it('may be of a link or a pixel, and of a user', () => {
    expect(item({ link: 'l1', id: 42 })).toMatchObject({ siteId: 'l1', userId: '42' });
    expect(item({ pixel: 'p1' })).toMatchObject({ siteId: 'p1' });
  });

  it.each([
    ['no payload', { type: 'event' }, 'invalid_shape'],
    ['another type', { type: 'x', payload: { website: 'shop' } }, 'unknown_type'],
    ['no object', 7, 'invalid_shape'],
  ])('with %s is refused', (_name, message, reason) => {
    expect(umamiItem(message, sender)).toMatchObject({ reason });
  });
});

it("knows the client for servers from a visitor's browser", () => {
  expect(isUmamiServer('Mozilla/5.0 Umami/v20.20.2')).toBe(true);
  expect(isUmamiServer('Mozilla/5.0 (X11; Linux x86_64) Chrome/140')).toBe(false);
  expect(isUmamiServer(undefined)).toBe(false);
});

it('answers one visitor with one session, and others with others', () => {
  const position = { partition: 0, sequence: 1, ordinal: 0 };
  const session = (visitorId: string, site = 'shop') =>
    umamiSession(site, { status: 'stored', eventId: 'e', visitorId, cookieless: true, position }, receivedAt)[
      'sessionId'
    ];
  expect(session('v1')).toBe(session('v1'));
  expect(new Set([session('v1'), session('v2'), session('v1', 'blog')]).size).toBe(3);
});
