import { expect } from 'vitest';

import { botList, classesOf, maskOf } from '#events/site-rules/bot-list.js';

import { answerOf, GOOD } from '../ingest-app.js';
import { badField, field, ok, type BadInput } from './case.js';

const ABSOLUTE = 'url must be an absolute http or https URL, such as "https://example.com/pricing"';
const VALID = 'url must be a valid URL, such as "https://example.com/pricing"';
const REFERRER = 'referrer must be an http or https URL, or a host name';
const pathless = { ...GOOD, path: undefined };
const kept = (
  name: string,
  fields: { path?: string; title?: string; referrer?: string },
  no: number,
): BadInput => field(no, name, fields, fields);
const unfit = (name: string, fields: object, ...warnings: string[]): BadInput => ({
  no: 63,
  name,
  sent: { body: { ...GOOD, ...fields } },
  answer: { status: 202, body: { warnings }, stored: [{ path: '/pricing' }] },
});
const SCREEN = 'screen must be width and height in pixels, such as "1440x900": it is left out';
const LANGUAGE = 'language must be a language tag, such as "en-GB": it is left out';
const WITHOUT_AGENT = expect.not.objectContaining({ userAgent: expect.anything() as string }) as object;
const agent = (name: string, given: string, stored: string | undefined, body = false): BadInput => ({
  no: 62,
  name: `user agent ${name}`,
  sent: {
    body: body ? { ...GOOD, userAgent: given } : GOOD,
    ...(!body && { headers: { 'user-agent': given } }),
  },
  answer: { status: 202, stored: [stored === undefined ? WITHOUT_AGENT : { userAgent: stored }] },
});
const BOMB = `Mozilla/${'('.repeat(50_000)}`;
const pixel = (name: string, query: string, answer: BadInput['answer'] & {}): BadInput => ({
  no: 69,
  name,
  sent: { door: `/pixel.gif${query}` },
  answer,
});

export const web: readonly BadInput[] = [
  ...['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '//host/x', ''].map((url) =>
    badField(57, `url ${JSON.stringify(url)}`, { url }, ABSOLUTE),
  ),
  badField(57, 'url http://[::1', { url: 'http://[::1' }, VALID),
  ok(
    57,
    'url of an international name',
    { ...pathless, url: 'https://bücher.example/ä?b=ü' },
    { path: '/ä', url: 'https://bücher.example/ä?b=ü' },
  ),
  badField(57, 'referrer javascript:', { referrer: 'javascript:alert(1)' }, REFERRER),
  badField(
    57,
    'referrer of 2,001',
    { referrer: 'x'.repeat(2001) },
    'referrer must be at most 2,000 characters',
  ),
  badField(
    57,
    'a URL as a path',
    { path: 'https://x.dev/a' },
    'path must start with "/": send "/pricing", not "https://example.com/pricing"',
  ),
  badField(57, 'a path without slash', { path: 'pricing' }, 'path must start with "/", such as "/pricing"'),

  ok(
    58,
    'credentials and secret parameters of a URL are not kept',
    {
      ...pathless,
      url: 'https://user:pass@x.dev/a?token=t&email=a@b.c&utm_source=mail&%74oken=t#access_token=t',
    },
    { path: '/a', url: 'https://x.dev/a?utm_source=mail' },
  ),
  field(
    58,
    'nor those of a referrer',
    { referrer: 'https://user:pass@r.dev/?password=p&q=1' },
    { referrer: 'https://r.dev/?q=1' },
  ),
  field(58, 'nor those of a path', { path: '/a?session_id=s&b=1' }, { path: '/a', url: '/a?b=1' }),

  // As text, which the dashboard shows as text: test/e2e/hostile-text.spec.ts. There is no export of CSV.
  kept(
    'markup',
    {
      referrer: '"><img src=x onerror=alert(1)>',
      title: '<script>alert(1)</script>',
      path: '/"><img src=x onerror=alert(1)>',
    },
    59,
  ),
  ...['=HYPERLINK("https://x")', '+cmd', '@SUM(1)', '-1+1', '\tx'].map((title) =>
    kept(`title ${JSON.stringify(title)}`, { title, path: `/${title}` }, 60),
  ),
  kept('direction override, zero width, emoji', { title: '\u202e\u200b😀', path: '/\u202e\u200b😀' }, 61),
  kept('400 combining marks', { title: `e${'\u0301'.repeat(400)}`, path: `/e${'\u0301'.repeat(400)}` }, 61),

  agent('empty', '', undefined),
  agent('of 10 KB', `Mozilla/5.0 ${'x'.repeat(10_000)}`, `Mozilla/5.0 ${'x'.repeat(500)}`),
  agent('that makes slow patterns slow', BOMB, BOMB.slice(0, 512), true),
  {
    no: 62,
    name: 'bots are told by their user agents, in no time for any of them',
    run: () => {
      expect(botList()).not.toBe('');
      expect(classesOf('Googlebot/2.1 (+http://www.google.com/bot.html)')).not.toEqual(maskOf([]));
      for (const agent of [BOMB, `Mozilla/5.0 ${'x'.repeat(10_000)}`, 'a/'.repeat(5_000)]) {
        // The fastest of some that differ: others use this machine too, and the same one again is remembered.
        const times = Array.from({ length: 10 }, (_, i) => {
          const started = performance.now();
          classesOf(`${agent.slice(0, 500)}${i}`);
          return performance.now() - started;
        });
        expect(Math.min(...times)).toBeLessThan(5);
      }
      return Promise.resolve();
    },
  },

  ...['0x0', '-1x5', '99999999x1', 'wide', 7].map((screen) =>
    unfit(`screen ${String(screen)}`, { screen }, SCREEN),
  ),
  unfit('language of 300', { language: 'e'.repeat(300) }, LANGUAGE),
  unfit('address', { address: '999.1.1.1' }, 'address must be an IPv4 or IPv6 address: it is left out'),
  unfit('user agent of a wrong type', { userAgent: [] }, 'userAgent must be a string: it is left out'),

  pixel('a query of more than 8 KB', `?site=shop&a=${'x'.repeat(8200)}`, {
    status: 414,
    message: ['the query must be at most 8,192 bytes'],
  }),
  pixel('of repeated parameters the first', '?site=shop&a=1&a=2&site=other', {
    status: 200,
    stored: [{ site: 'shop', properties: { a: '1' } }],
  }),
  pixel('a[b] is a name', '?site=shop&a[b]=c&__proto__=x&constructor=y', {
    status: 200,
    stored: [{ properties: { 'a[b]': 'c' } }],
  }),
  pixel('encodings that are none', '?site=shop&a=%zz&b=%ff&%=1', { status: 200 }),
  pixel('no site', '?path=/', { status: 400, code: 'invalid_site_id' }),
  {
    no: 69,
    name: 'an image where the event is stored',
    run: async ({ product }) => {
      const image = await fetch(`${product.url}/pixel.gif?site=shop&x=1`);
      expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/gif']);
      expect((await answerOf(image)).text).toMatch(/^GIF89a/);
    },
  },
];
