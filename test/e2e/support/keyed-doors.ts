import { randomUUID } from 'node:crypto';

import { POSTHOG_BATCH, POSTHOG_CAPTURE } from '#ingest/dialects/posthog/events.js';
import { SEGMENT_CALLS } from '#ingest/dialects/segment/messages.js';

import type { Sent } from './bad-inputs/case.js';
import { type Answer, answerOf, GOOD, post } from './ingest-app.js';

export interface KeyedDoor {
  readonly name: string;
  /** Where the format itself has a place for its site, the key stands there; undefined: nothing stands there. */
  readonly sent: (key: unknown) => Sent;
  /** It has no such place: the key is in a header of all doors. */
  readonly headersOnly?: true;
  /** What stands there is part of an address. */
  readonly inUrl?: true;
  /** Another address of a door that is listed as well: one handler answers both. */
  readonly twin?: true;
  /** What its format says of no key. */
  readonly ok: number;
}

const said = (name: string, value: unknown) => (value === undefined ? {} : { [name]: value });
const segment = { userId: 'u1', event: 'e' };
const posthog = { event: 'e', distinct_id: 'u1' };
const view = { url: '/', hostname: 'x.dev' };
const own = { eventType: GOOD.eventType, path: GOOD.path, timestamp: GOOD.timestamp };

/** Every address that takes events, with its own place for the key. */
export const KEYED_DOORS: readonly KeyedDoor[] = [
  { name: 'our own', ok: 202, sent: (key) => ({ body: { ...own, ...said('siteId', key) } }) },
  {
    name: 'our own, the general way',
    ok: 202,
    sent: (key) => ({
      body: { ...own, ...said('siteId', key) },
      headers: { 'content-encoding': 'identity' },
    }),
  },
  {
    name: 'our own batch',
    ok: 202,
    sent: (key) => ({ door: '/api/events', body: { events: [{ ...own, ...said('siteId', key) }] } }),
  },
  {
    name: 'our own lines',
    ok: 202,
    sent: (key) => ({
      door: '/api/events',
      type: 'application/x-ndjson',
      body: `${JSON.stringify({ ...own, ...said('siteId', key) })}\n`,
    }),
  },
  ...Object.keys(SEGMENT_CALLS).map((call): KeyedDoor => ({
    name: `Segment ${call}`,
    ok: 200,
    ...(call !== 'track' && { twin: true }),
    sent: (key) => ({ door: `/v1/${call}`, body: { ...segment, ...said('writeKey', key) } }),
  })),
  ...['batch', 'b'].map((call): KeyedDoor => ({
    name: `Segment ${call}`,
    ok: 200,
    ...(call !== 'batch' && { twin: true }),
    sent: (key) => ({
      door: `/v1/${call}`,
      body: { batch: [{ ...segment, type: 'track' }], ...said('writeKey', key) },
    }),
  })),
  ...[...POSTHOG_CAPTURE, POSTHOG_BATCH].flatMap((call): KeyedDoor[] => [
    {
      name: `PostHog ${call}`,
      ok: 200,
      ...(call !== 'e' && { twin: true }),
      // Its clients send the slash.
      sent: (key) => ({ door: `/${call}/`, body: { ...posthog, ...said('api_key', key) } }),
    },
    {
      name: `PostHog ${call} in the address`,
      ok: 200,
      inUrl: true,
      ...(call !== 'e' && { twin: true }),
      sent: (key) => {
        const data = Buffer.from(JSON.stringify({ ...posthog, ...said('token', key) })).toString('base64');
        return { door: `/${call}/?data=${encodeURIComponent(data)}` };
      },
    },
  ]),
  {
    name: 'PostHog v1',
    ok: 200,
    headersOnly: true,
    sent: () => ({
      door: '/i/v1/analytics/events',
      body: { batch: [{ ...posthog, uuid: randomUUID(), options: {}, properties: {} }] },
    }),
  },
  {
    name: 'Umami',
    ok: 200,
    sent: (key) => ({
      door: '/api/send',
      body: { type: 'event', payload: { ...view, ...said('website', key) } },
    }),
  },
  {
    name: 'Umami batch',
    ok: 200,
    sent: (key) => ({
      door: '/api/batch',
      body: [{ type: 'event', payload: { ...view, ...said('website', key) } }],
    }),
  },
  {
    name: 'Plausible',
    ok: 202,
    sent: (key) => ({ body: { n: 'pageview', u: 'https://x.dev/', ...said('d', key) } }),
  },
  {
    name: 'webhook',
    ok: 202,
    sent: (key) => ({
      door: '/webhook',
      body: { eventType: 'e' },
      headers: typeof key === 'string' ? { 'x-api-key': key } : {},
    }),
  },
  {
    name: 'pixel',
    ok: 200,
    inUrl: true,
    sent: (key) => ({
      door: `/pixel.gif?${new URLSearchParams({ path: '/', ...(said('site', key) as Record<string, string>) }).toString()}`,
    }),
  },
];

/** The addresses beside them: what foreign clients ask for or send on, none of which becomes an event. */
export const NO_EVENTS: readonly string[] = [
  'POST /v1/m',
  'GET /v1/projects/:writeKey/settings',
  'GET /array/:token/config',
  'GET /array/:token/config.js',
  'POST /flags',
  'POST /decide',
];

/** As in `NO_EVENTS`. */
export function addressOf({ sent }: KeyedDoor): string {
  const { door = '/api/event', body } = sent(undefined);
  return `${body === undefined ? 'GET' : 'POST'} ${door.replace(/\/?(\?.*)?$/, '')}`;
}

/** The same with the key in a header that every door reads. */
export const inHeader = (sent: Sent, headers: Readonly<Record<string, string>>): Sent => ({
  ...sent,
  headers: { ...sent.headers, ...headers },
});

export function sendTo(
  { url }: { readonly url: string },
  { door = '/api/event', body, type, headers }: Sent,
): Promise<Answer> {
  const to = `${url}${door}`;
  if (body === undefined) return fetch(to, { headers: { ...headers } }).then(answerOf);
  return post(to, body, { ...(type !== undefined && { type }), headers: { ...headers } });
}
