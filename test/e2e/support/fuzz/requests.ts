import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

import { change, changed, hostile, hostileJson } from './mutations.js';

export interface FuzzRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const NOW = '2026-01-31T12:00:00Z';
const PAGE = 'https://x.dev/pricing?utm_source=a';
type Draft = (id: string, site: string) => unknown;

interface Door {
  readonly path: string;
  readonly draft: Draft;
  readonly headers?: (site: string) => Record<string, string>;
  readonly as?: 'query' | 'data' | 'lines';
}

const own: Draft = (eventId, siteId) => ({
  siteId,
  eventType: 'purchase',
  path: '/cart',
  url: PAGE,
  timestamp: NOW,
  eventId,
  visitorId: 'v1',
  userId: null,
  referrer: 'https://r.dev/',
  title: 'Cart',
  screen: '1440x900',
  language: 'en-GB',
  userAgent: 'Mozilla/5.0',
  address: '192.0.2.1',
  cookieless: false,
  properties: { revenue: 12.5, currency: 'EUR', items: [{ sku: 'a', n: 1 }] },
});
const segment: Draft = (messageId, writeKey) => ({
  type: 'track',
  writeKey,
  messageId,
  userId: 'u1',
  anonymousId: 'a1',
  event: 'Order Completed',
  timestamp: NOW,
  sentAt: NOW,
  context: {
    page: { url: PAGE, referrer: 'https://r.dev/' },
    userAgent: 'Mozilla/5.0',
    screen: { width: 1, height: 2 },
    ip: '192.0.2.1',
  },
  properties: { revenue: 1 },
  traits: { plan: 'pro' },
});
const posthog: Draft = (uuid, api_key) => ({
  api_key,
  uuid,
  event: '$pageview',
  distinct_id: 'u1',
  timestamp: NOW,
  properties: { $current_url: PAGE, $device_id: 'd1', $lib: 'web', $set: { a: 1 }, $revenue: 1 },
});
const umami: Draft = (id, website) => ({
  type: 'event',
  payload: {
    website,
    hostname: 'x.dev',
    url: '/p',
    title: 't',
    screen: '1x1',
    language: 'en',
    name: 'n',
    id,
    data: { a: 1 },
    lcp: 1,
  },
});
const plausible: Draft = (_id, d) => ({
  n: 'pageview',
  u: PAGE,
  d,
  r: 'https://r.dev',
  p: { a: '1' },
  $: { amount: 5, currency: 'USD' },
  v: 36,
  h: 1,
});
const input = (id: string, site: string) => ({ ...(own(id, site) as object), cookieless: undefined });
const batchOf =
  (draft: Draft, name: string, rest: object = {}): Draft =>
  (id, site) => ({
    [name]: [draft(id, site), draft(`${id.slice(0, -4)}0000`, site)],
    ...rest,
  });
const pixel: Draft = (_id, site) => ({
  site,
  url: PAGE,
  event: 'mail_open',
  title: 't',
  v: 'v1',
  plan: 'pro',
});

const DOORS: readonly Door[] = [
  { path: '/api/event', draft: own },
  { path: '/api/event', draft: own },
  { path: '/api/events', draft: batchOf(own, 'events') },
  {
    path: '/api/events',
    draft: (id, site) => [own(id, site), own(`${id.slice(0, -4)}0001`, site)],
    as: 'lines',
  },
  {
    path: '/graphql',
    draft: (id, site) => ({
      query: 'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { eventId warnings } }',
      variables: { input: input(id, site) },
    }),
  },
  {
    path: '/graphql',
    draft: (id, site) => ({
      query:
        'mutation ($events: [TrackEventInput!]!) { trackEvents(events: $events) { stored outcomes { status eventId } } }',
      variables: { events: [input(id, site)] },
    }),
  },
  { path: '/v1/track', draft: segment },
  { path: '/v1/identify', draft: segment },
  { path: '/v1/page', draft: segment },
  { path: '/v1/batch', draft: batchOf(segment, 'batch', { sentAt: NOW }) },
  { path: '/e/', draft: posthog },
  { path: '/e/', draft: posthog, as: 'data' },
  { path: '/batch/', draft: batchOf(posthog, 'batch', { sent_at: NOW }) },
  {
    path: '/i/v1/analytics/events',
    draft: batchOf(posthog, 'batch', { created_at: NOW }),
    headers: (site) => ({ authorization: `Bearer ${site}` }),
  },
  { path: '/api/send', draft: umami },
  { path: '/api/batch', draft: (id, site) => [umami(id, site), umami(id, site)] },
  { path: '/api/event', draft: plausible },
  {
    path: '/webhook',
    draft: (id) => ({
      eventType: 'user_signup',
      userId: 'u1',
      timestamp: NOW,
      eventId: id,
      metadata: { page: '/p', browser: 'Firefox', n: 1 },
    }),
    headers: (site) => ({ 'x-api-key': site }),
  },
  { path: '/pixel.gif', draft: pixel, as: 'query' },
];

const TYPES = [
  ...Array<string>(20).fill('application/json'),
  'text/plain',
  'application/x-ndjson',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'x',
  '',
];
/** What a header can carry: Latin-1 without control characters. */
const headerText = fc
  .string({
    unit: fc
      .integer({ min: 32, max: 255 })
      .filter((code) => code < 127 || code > 160)
      .map((code) => String.fromCharCode(code)),
    maxLength: 60,
  })
  .map((text) => text.trim());
const headers = fc.dictionary(
  fc.constantFrom(
    'cookie',
    'user-agent',
    'referer',
    'x-forwarded-for',
    'accept-language',
    'x-request-id',
    'idempotency-key',
    'sec-gpc',
    'dnt',
    'sec-ch-ua',
    'origin',
    'authorization',
  ),
  fc.oneof(
    headerText,
    fc.constantFrom(
      '1',
      'visitor_id=0192f3a4-5b6c-7d8e-9f01-23456789abcd',
      '192.0.2.1, 10.0.0.1',
      'Basic eA==',
      'Mozilla/5.0 (X11)',
    ),
  ),
  { maxKeys: 3 },
);
type Packing = 'none' | 'gzip' | 'no gzip' | 'cut gzip' | 'base64' | 'zstd';
const PACKINGS: readonly Packing[] = [
  ...Array<Packing>(15).fill('none'),
  'gzip',
  'gzip',
  'no gzip',
  'cut gzip',
  'base64',
  'zstd',
];

function queryOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return encodeURIComponent(String(value).toWellFormed());
  const encode = (part: unknown) =>
    encodeURIComponent((typeof part === 'string' ? part : (JSON.stringify(part) ?? '')).toWellFormed());
  return Object.entries(value)
    .map(([name, part]) => `${encode(name)}=${encode(part)}`)
    .join('&')
    .slice(0, 9_000);
}

const seldom = <T>(oneIn: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: oneIn - 1 }, { arbitrary, weight: 1 });

/** Well-formed requests at every door, changed in places: mostly a little, some beyond recognition. */
export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc
  .record({
    door: fc.constantFrom(...DOORS),
    id: fc.uuid({ version: 4 }),
    site: fc.constantFrom('fuzz-1', 'fuzz-2', 'fuzz-3'),
    changes: fc.array(change, { maxLength: 4 }),
    instead: seldom(40, hostile),
    again: seldom(10, fc.constantFrom('siteId', 'eventId', 'timestamp', 'path', 'events', '__proto__')),
    cut: seldom(25, fc.nat(400)),
    flip: seldom(25, fc.tuple(fc.nat(2_000), fc.nat(255))),
    pad: seldom(200, fc.constantFrom(40_000, 140_000)),
    bom: seldom(20, fc.constant(true)),
    type: fc.constantFrom(...TYPES),
    packing: fc.constantFrom(...PACKINGS),
    more: headers,
  })
  .map(({ door, id, site, changes, instead, again, cut, flip, pad, bom, type, packing, more }) => {
    const value = instead ?? changed(door.draft(id, site), changes);
    if (door.as === 'query')
      return { method: 'GET', path: `${door.path}?${queryOf(value)}`, headers: more, body: Buffer.alloc(0) };
    const text =
      door.as === 'lines' && Array.isArray(value)
        ? value.map((line) => hostileJson(line, again)).join('\n')
        : hostileJson(value, again);
    if (door.as === 'data') {
      const data = encodeURIComponent(Buffer.from(text).toString('base64')).slice(0, 9_000);
      return { method: 'GET', path: `${door.path}?data=${data}`, headers: more, body: Buffer.alloc(0) };
    }
    let body: Buffer = Buffer.from(bom ? `\ufeff${text}` : text);
    if (pad !== undefined) body = Buffer.concat([body, Buffer.alloc(pad, ' ')]);
    if (cut !== undefined) body = body.subarray(0, cut);
    if (flip !== undefined && body.length > 0) body[flip[0] % body.length] = flip[1];
    if (packing === 'gzip' || packing === 'cut gzip') body = gzipSync(body, { level: 1 });
    if (packing === 'cut gzip') body = body.subarray(0, body.length - 9);
    if (packing === 'base64') body = Buffer.from(body.toString('base64'));
    const encoding = packing === 'zstd' ? 'zstd' : packing.endsWith('gzip') ? 'gzip' : '';
    return {
      method: 'POST',
      path: door.path,
      headers: {
        ...more,
        ...door.headers?.(site),
        ...(type !== '' && {
          'content-type': door.as === 'lines' && type === 'application/json' ? 'application/x-ndjson' : type,
        }),
        ...(encoding !== '' && { 'content-encoding': encoding }),
      },
      body,
    };
  });
