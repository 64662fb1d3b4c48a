import { expect, it } from 'vitest';

import { pixelItem, pixelQuery } from './pixel.js';

const item = (query: string, referer?: string): object =>
  pixelItem(pixelQuery(query), { receivedAt: Date.parse('2026-01-31T12:00:00Z'), referer });

it('a pixel is a view of a page, of a visitor without a cookie', () => {
  expect(item('site=shop&path=/a%3Fb&title=A&referrer=https://r.dev/&plan=pro&_=123')).toEqual({
    siteId: 'shop',
    eventType: 'page_view',
    cookieless: true,
    timestamp: '2026-01-31T12:00:00.000Z',
    path: '/a?b',
    title: 'A',
    referrer: 'https://r.dev/',
    properties: { plan: 'pro' },
  });
});

it.each([
  ['the first of repeated parameters', 'site=a&site=b', { siteId: 'a' }],
  ['a name with brackets as it is', 'a[b]=c&a[b]=d', { properties: { 'a[b]': 'c' } }],
  ['the name of another event', 'event=mail_open&v=v1', { eventType: 'mail_open', visitorId: 'v1' }],
  ['its own page before the one that shows it', 'url=https://x.dev/a', { url: 'https://x.dev/a' }],
  ['the page that shows it', '', { url: 'https://page.dev/b' }],
])('takes %s', (_name, query, expected) => {
  expect(item(query, 'https://page.dev/b')).toMatchObject(expected);
});

it('parameters that are secrets in an address are no properties', () => {
  expect(item('key=sk_live_x&Token=t&email=a@b.dev&plan=pro')).toMatchObject({ properties: { plan: 'pro' } });
  expect(JSON.stringify(item('key=sk_live_x&Token=t&email=a@b.dev'))).not.toMatch(/sk_live|a@b/);
});

it('a parameter called __proto__ changes nothing', () => {
  const made = item('__proto__=x&constructor=y') as { properties: object };
  expect(Object.keys(made.properties)).toEqual(['constructor']);
});
