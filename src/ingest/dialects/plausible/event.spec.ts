import { describe, expect, it } from 'vitest';

import { isPlausible, plausibleItems, siteOfDomain } from './event.js';

const receivedAt = Date.parse('2026-01-31T12:00:00Z');
const sender = { receivedAt, dialect: 'plausible' };
const view = { n: 'pageview', u: 'https://x.dev/a?b=c', d: 'x.dev' };
const read = (body: object, headers = {}) => plausibleItems({ ...view, ...body }, sender, headers);
const one = (body: object, headers = {}) => (read(body, headers) as { items: readonly unknown[] }).items[0];

describe('a body at /api/event', () => {
  it.each([
    [view, true],
    [{ name: 'pageview', url: 'https://x.dev/', domain: 'x.dev' }, true],
    [{ n: 'x', d: 'x.dev' }, true],
    [{ siteId: 'shop', name: 'x', url: 'https://x.dev/' }, false],
    [{ eventType: 'x', name: 'x', url: 'https://x.dev/' }, false],
    [{ url: 'https://x.dev/' }, false],
    [{}, false],
    [[], false],
    ['x', false],
    [null, false],
  ])('%j is Plausible: %s', (body, expected) => {
    expect(isPlausible(body)).toBe(expected);
  });
});

describe('a Plausible event', () => {
  it('is a view of a page, of a visitor without a cookie', () => {
    expect(read({ r: 'https://r.dev/', p: { plan: 'pro' } })).toEqual({
      items: [
        {
          siteId: 'x-dev',
          eventType: 'page_view',
          cookieless: true,
          timestamp: '2026-01-31T12:00:00.000Z',
          url: 'https://x.dev/a?b=c',
          referrer: 'https://r.dev/',
          properties: { plan: 'pro' },
        },
      ],
    });
  });

  it('goes to each of its domains, or to the host of its page', () => {
    const sites = (d: unknown) =>
      (read({ d }) as { items: { siteId: string }[] }).items.map(({ siteId }) => siteId);
    expect(sites('x.dev, Y.dev,x.dev')).toEqual(['x-dev', 'y-dev']);
    expect(sites(undefined)).toEqual(['x-dev']);
  });

  it.each([
    ['x.dev', 'x-dev'],
    ['Shop.Example/de', 'shop-example-de'],
    ['my_site', 'my_site'],
    ['...', undefined],
    ['a'.repeat(65), undefined],
    ['', undefined],
    ['sk_live_1', undefined],
    ['ask_live.dev', 'ask_live-dev'],
  ])('the domain %s is the site %s', (domain, site) => {
    expect(siteOfDomain(domain)).toBe(site);
  });

  it.each([
    ['props as JSON text', { p: '{"a":1}' }, { a: 1 }],
    ['nested props', { p: { a: { b: 1 }, c: [1], d: null, e: true } }, { e: true }],
    [
      'revenue',
      { n: 'Purchase', $: { amount: '10.29', currency: 'EUR' } },
      { revenue: 10.29, currency: 'EUR' },
    ],
    [
      'revenue as JSON text',
      { n: 'Purchase', revenue: '{"amount":5,"currency":"USD"}' },
      { revenue: 5, currency: 'USD' },
    ],
    ['no interaction', { i: false }, { interactive: false }],
    ['engagement', { n: 'engagement', sd: 42, e: 3500 }, { scrollDepth: 42, engagedMs: 3500 }],
  ])('with %s', (_name, body, properties) => {
    expect(one(body)).toMatchObject({ properties });
  });

  it('keeps thirty props', () => {
    const p = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, i]));
    expect(Object.keys((one({ p }) as { properties: object }).properties)).toHaveLength(30);
  });

  it('has what stands behind # in its path where pages are told apart by that', () => {
    expect(one({ u: 'https://x.dev/app?a=1#/cart', h: 1 })).toMatchObject({
      url: 'https://x.dev/app%23/cart?a=1',
    });
    expect(one({ u: 'https://x.dev/app#/cart' })).toMatchObject({ url: 'https://x.dev/app#/cart' });
  });

  it('is of the address that a server names for its visitor', () => {
    expect(one({}, { 'x-plausible-ip': '192.0.2.2', 'x-forwarded-for': '192.0.2.1' })).toMatchObject({
      address: '192.0.2.2',
    });
    expect(one({}, { 'x-forwarded-for': '192.0.2.1' })).not.toHaveProperty('address');
    expect(one({}, { 'x-plausible-ip': 'nonsense' })).not.toHaveProperty('address');
  });

  it.each([
    ['a name that is long', { n: 'x'.repeat(121) }, 'event_name'],
    ['no page', { u: undefined }, 'url'],
    ['a page that is none', { u: 'pricing' }, 'url'],
    ['a page in its own address', { u: 'data:text/html,x' }, 'url'],
    ['a domain that can be no site', { d: '..' }, 'domain'],
    ['a prop that is long', { p: { a: 'x'.repeat(2001) } }, 'props'],
  ])('with %s is refused', (_name, body, field) => {
    expect(read(body)).toEqual({ errors: { [field]: [expect.any(String)] } });
  });
});
