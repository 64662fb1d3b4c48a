import { expect } from 'vitest';

import { answerOf, GOOD } from '../ingest-app.js';
import { badField, field, json, type Answered, type BadInput, type Sent } from './case.js';

const SITE = 'siteId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -';
const NO_KEY = 'siteId must not begin with pk_ or sk_, as keys do: a key belongs in the header Authorization';
const HOOK = 'X-API-Key must be the ID of a site';
const at = (no: number, name: string, sent: Sent, answer: Answered): BadInput => ({ no, name, sent, answer });
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
/** Behind a success that this wire format insists on. */
const behind = (code: string): Answered => ({ status: 200, code, stored: [] });
const refused = (status: number, code: string, body: object = {}): Answered => ({ status, code, body });

const segment = (body: object, headers = {}): Sent => ({
  door: '/v1/track',
  body: { userId: 'u1', event: 'e', ...body },
  headers,
});
const posthog = (api_key: unknown): Sent => ({
  door: '/e/',
  body: { api_key, event: 'e', distinct_id: 'u1' },
});
const umami = (website: unknown): Sent => ({
  door: '/api/send',
  body: { type: 'event', payload: { website, url: '/' } },
});
const plausible = (d: unknown): Sent => ({
  door: '/api/event',
  body: { n: 'pageview', u: 'https://x.dev/', d },
});
const hook = (headers: Record<string, string>): Sent => ({
  door: '/webhook',
  body: { eventType: 'e' },
  headers,
});

/** Of a key that is none: what each door answers. */
function atEachDoor(no: number, name: string, key: unknown, why = SITE): readonly BadInput[] {
  return [
    badField(no, `siteId ${name}`, { siteId: key }, why),
    at(no, `write key ${name}`, segment({ writeKey: key }), behind('invalid_site_id')),
    at(
      no,
      `website ${name}`,
      umami(key),
      refused(400, 'invalid_site_id', { error: { code: 'bad-request' } }),
    ),
    at(no, `token ${name}`, posthog(key), {
      status: 401,
      code: typeof key === 'string' && key !== '' ? 'invalid_site_id' : 'missing_token',
      body: { type: 'authentication_error', code: 'invalid_api_key' },
    }),
  ];
}

// In open mode (TIDEMARK_OPEN) the key is the site's ID, and whoever reaches the port may send and read. With keys: keys-at-doors.spec.ts.
export const keys: readonly BadInput[] = [
  badField(22, 'none', { siteId: undefined }, SITE),
  at(22, 'none, Segment', segment({}), behind('invalid_site_id')),
  at(22, 'none, PostHog', posthog(undefined), refused(401, 'missing_token')),
  at(22, 'none, Umami', umami(undefined), refused(400, 'invalid_site_id')),
  at(22, 'none, Plausible: that of the page', plausible(undefined), {
    status: 202,
    stored: [{ site: 'x-dev' }],
  }),
  at(22, 'none, webhook', hook({}), { status: 401, code: 'missing_key', message: [HOOK] }),
  at(22, 'none, pixel', { door: '/pixel.gif' }, { status: 400, code: 'invalid_site_id', message: [SITE] }),

  field(23, 'siteId of 64', { siteId: 'a'.repeat(64) }),
  badField(23, 'siteId of 65', { siteId: 'a'.repeat(65) }, SITE),
  ...['a b', 'a.b', 'ä', 'a*', '../x', 'a\n', ''].flatMap((key) => atEachDoor(23, JSON.stringify(key), key)),
  at(23, 'webhook', hook({ 'x-api-key': 'a b' }), { status: 401, code: 'invalid_site_id', message: [HOOK] }),

  // A site is created by its first event.
  field(24, 'a site that nobody knows', { siteId: 'never-seen' }, { site: 'never-seen' }),

  // Where nobody needs a key none can be revoked: what is sent with one that was is as good as any.
  {
    no: 25,
    name: 'a key that was revoked, where nobody needs one',
    sent: { body: GOOD, headers: { authorization: 'Bearer pk_revoked' } },
    answer: { status: 202, stored: [{ site: 'shop' }] },
  },
  // What looks like a secret in an address is not kept.
  field(
    26,
    'a secret key in the address of a page',
    { path: '/p?key=sk_live_1&api_key=sk_live_2&a=1' },
    { path: '/p', url: '/p?a=1' },
  ),
  // A key is no site, also where nobody needs one: it would stand in the log for good.
  ...['pk_live_1', 'sk_live_1'].flatMap((key) => [
    ...atEachDoor(26, key, key, NO_KEY),
    at(26, `domain ${key}`, plausible(key), refused(400, 'invalid_domain')),
    at(26, `webhook ${key}`, hook({ 'x-api-key': key }), {
      status: 401,
      code: 'invalid_site_id',
      message: [HOOK],
    }),
    at(26, `Segment, Basic ${key}`, segment({}, basic(key)), behind('invalid_site_id')),
    at(26, `pixel ${key}`, { door: `/pixel.gif?site=${key}` }, refused(400, 'invalid_site_id')),
  ]),
  {
    no: 27,
    name: 'a key neither opens nor closes what is read',
    run: async ({ product }) => {
      const ask = async (headers: Record<string, string>) => {
        const { status, text } = await answerOf(
          await fetch(`${product.url}/api/stats?siteId=none&date=2026-01-31`, { headers }),
        );
        return [status, text];
      };
      expect(await ask({ 'x-api-key': 'shop' })).toEqual(await ask({}));
    },
  },

  ...atEachDoor(28, 'as a list', ['shop']),
  ...atEachDoor(28, 'as an object', { shop: 1 }),
  ...atEachDoor(28, 'as a number', 7),
  ...atEachDoor(28, 'of 10 KB', 'k'.repeat(10_240)),
  at(28, 'domain of 10 KB', plausible('k'.repeat(10_240)), refused(400, 'invalid_domain')),
  at(28, 'webhook, 10 KB', hook({ 'x-api-key': 'k'.repeat(10_240) }), refused(401, 'invalid_site_id')),
  at(28, 'Segment, 10 KB of Basic', segment({}, basic('k'.repeat(7_000))), behind('invalid_site_id')),
  at(
    28,
    'PostHog v1, 10 KB',
    {
      door: '/i/v1/analytics/events',
      body: { batch: [] },
      headers: { authorization: `Bearer ${'k'.repeat(10_240)}` },
    },
    refused(401, 'invalid_site_id'),
  ),

  at(29, 'Segment, the same twice', segment({ writeKey: 'one' }, basic('one')), {
    status: 200,
    stored: [{ site: 'one' }],
  }),
  at(29, 'Segment, body and header', segment({ writeKey: 'one' }, basic('two')), behind('ambiguous_key')),
  at(
    29,
    'Segment, a message of a batch',
    {
      door: '/v1/batch',
      body: { writeKey: 'one', batch: [{ type: 'track', userId: 'u', event: 'e', writeKey: 'two' }] },
      headers: basic('one'),
    },
    behind('ambiguous_key'),
  ),
  at(
    29,
    'PostHog, two events of one request',
    {
      door: '/batch/',
      body: { batch: ['one', 'two'].map((token) => ({ token, event: 'e', distinct_id: 'u' })) },
    },
    refused(401, 'mixed_tokens'),
  ),
  {
    no: 29,
    name: 'webhook, the header twice',
    run: async ({ raw }) => {
      const answer = await raw(
        `POST /webhook HTTP/1.1\r\nHost: a\r\nX-API-Key: one\r\nX-API-Key: two\r\nConnection: close\r\nContent-Length: ${json.length}\r\n\r\n${json}`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 401 /);
      expect(answer).toContain(HOOK);
    },
  },
  at(
    29,
    'siteId twice: the last',
    { body: `{"siteId":"first",${JSON.stringify(GOOD).slice(1)}` },
    { status: 202, stored: [{ site: 'shop' }] },
  ),
];
