import { randomUUID } from 'node:crypto';

import { afterEach, describe, expect, it } from 'vitest';

import { createPool } from '#database/pool.js';

import { waitFor } from '../harness/wait-for.js';
import { answerOf, GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';

const open: IngestApp[] = [];
const start = async (...options: Parameters<typeof startIngest>): Promise<IngestApp> => {
  const started = await startIngest(...options);
  open.unshift(started);
  return started;
};
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

const event = (siteId: string) => ({ ...GOOD, siteId, eventId: randomUUID() });
const events = (siteId: string, count: number) => Array.from({ length: count }, () => event(siteId));
const send = ({ url }: IngestApp, siteId: string) => post(`${url}/api/event`, event(siteId));
const seconds = expect.stringMatching(/^([1-9]|10)$/) as string;
const mutation = (siteId: string) => ({
  query: 'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { eventId } }',
  variables: { input: GOOD.siteId === siteId ? GOOD : { ...GOOD, siteId } },
});

/** The same over the limit at every door: [address, body, headers, status, what the body has]. */
const DOORS: readonly [string, unknown, Record<string, string>, object | undefined][] = [
  ['/api/event', event('busy'), {}, { statusCode: 429, error: 'Too Many Requests' }],
  ['/api/events', events('busy', 2), {}, { statusCode: 429 }],
  ['/v1/track', { writeKey: 'busy', userId: 'u', event: 'e' }, {}, { statusCode: 429 }],
  [
    '/v1/batch',
    { writeKey: 'busy', batch: [{ type: 'track', userId: 'u', event: 'e' }] },
    {},
    { statusCode: 429 },
  ],
  [
    '/e/',
    { api_key: 'busy', event: 'e', distinct_id: 'u' },
    {},
    { type: 'throttled_error', code: 'rate_limit_exceeded' },
  ],
  [
    '/batch/',
    { api_key: 'busy', batch: [{ event: 'e', distinct_id: 'u' }] },
    {},
    { code: 'rate_limit_exceeded' },
  ],
  [
    '/i/v1/analytics/events',
    { batch: [{ event: 'e', distinct_id: 'u', uuid: randomUUID() }] },
    { authorization: 'Bearer busy' },
    { code: 'rate_limit_exceeded' },
  ],
  [
    '/api/send',
    { type: 'event', payload: { website: 'busy', url: '/' } },
    {},
    { error: { code: 'too-many-requests' } },
  ],
  ['/api/event', { n: 'pageview', u: 'https://busy/', d: 'busy' }, {}, { statusCode: 429 }],
  ['/webhook', { eventType: 'e' }, { 'x-api-key': 'busy' }, { statusCode: 429 }],
];

async function refusedEverywhere(ingest: IngestApp): Promise<void> {
  for (const [door, body, headers, says] of DOORS) {
    const answer = await post(`${ingest.url}${door}`, body, { headers });
    expect(answer, door).toMatchObject({ status: 429, ...(says && { body: says }) });
    expect(answer.headers.get('retry-after'), door).toEqual(seconds);
  }
  const pixel = await fetch(`${ingest.url}/pixel.gif?site=busy`);
  expect([pixel.status, pixel.headers.get('content-type')]).toEqual([429, 'image/gif']);
  expect(pixel.headers.get('retry-after')).toEqual(seconds);
  expect((await post(`${ingest.url}/graphql`, mutation('busy'))).body).toMatchObject({
    errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) as number } }],
  });
}

describe('events of a site', () => {
  it('beyond the limit are refused at every door, told when to come again, and those of others are not', async () => {
    const ingest = await start({ rateLimitSite: 1 });
    expect((await post(`${ingest.url}/api/events`, events('busy', 9))).status).toBe(202);
    // One is left, so the whole request gets in.
    expect((await post(`${ingest.url}/api/events`, events('busy', 50))).body).toMatchObject({ stored: 50 });
    await refusedEverywhere(ingest);
    const refused = await send(ingest, 'busy');
    expect(refused.body).toEqual({
      statusCode: 429,
      message: ['the site sends more events than it may: send the event again with its eventId'],
      error: 'Too Many Requests',
      reason: 'rate_limited',
      eventId: expect.any(String) as string,
      visitorId: expect.any(String) as string,
    });
    expect((await send(ingest, 'calm')).status).toBe(202);
    const mixed = await post(`${ingest.url}/api/events`, [event('busy'), event('calm')]);
    expect(mixed).toMatchObject({
      status: 202,
      body: {
        stored: 1,
        outcomes: [{ status: 'unavailable', reason: 'rate_limited' }, { status: 'stored' }],
      },
    });
    expect((await ingest.stored()).filter(({ site }) => site === 'busy')).toHaveLength(59);
    expect(await (await fetch(`${ingest.url}/metrics`)).text()).toMatch(
      /tidemark_events_rejected_total\{reason="rate_limited"\} [1-9]/,
    );
  });

  it('of a large batch of another product are let in together', async () => {
    const ingest = await start({ rateLimitSite: 1 });
    const batch = Array.from({ length: 2_500 }, (_, i) => ({ event: 'e', distinct_id: `u${i}` }));
    expect((await post(`${ingest.url}/batch/`, { api_key: 'busy', batch })).status).toBe(200);
    expect(await ingest.stored()).toHaveLength(2_500);
    expect((await send(ingest, 'busy')).status).toBe(429);
  });

  it(
    'are let in again when the time is over, also where the count is shared',
    { timeout: 30_000 },
    async () => {
      const ingest = await start({ rateLimitSite: 1 });
      await post(`${ingest.url}/api/events`, events('busy', 10));
      // Told to the others by then.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const refused = await send(ingest, 'busy');
      expect(refused.status).toBe(429);
      const wait = Number(refused.headers.get('retry-after')) * 1000;
      await new Promise((resolve) => setTimeout(resolve, wait));
      expect((await send(ingest, 'busy')).status).toBe(202);
    },
  );
});

describe('requests of an address', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const sendFrom = ({ url }: IngestApp, forwarded: string) =>
    post(`${url}/api/event`, GOOD, { headers: from(forwarded) });

  it('beyond the limit are refused at every door, but questions are answered', async () => {
    const ingest = await start({ rateLimitAddress: 1 });
    for (let i = 0; i < 10; i++) expect((await send(ingest, `site-${i}`)).status).toBe(202);
    await refusedEverywhere(ingest);
    expect((await send(ingest, 'calm')).body).toEqual({
      statusCode: 429,
      message: ['too many requests from this address: send it again after Retry-After'],
      error: 'Too Many Requests',
    });
    const asked = await post(`${ingest.url}/graphql`, { query: '{ __typename }' });
    expect(asked.body).toEqual({ data: { __typename: 'Query' } });
    const preflight = await fetch(`${ingest.url}/api/event`, {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    // A page may read when to come again.
    const page = await post(`${ingest.url}/api/event`, GOOD, { headers: { origin: 'https://a.example' } });
    expect(page.headers.get('access-control-allow-origin')).toBe('*');
    expect(page.headers.get('access-control-expose-headers')).toContain('retry-after');
    expect(await ingest.stored()).toHaveLength(10);
  });

  it("are those of the address that one's own proxy saw, and a forged one is no way around", async () => {
    const [direct, proxied] = await Promise.all([
      start({ rateLimitAddress: 1 }),
      start({ rateLimitAddress: 1, proxyHops: 1 }),
    ]);
    for (let i = 0; i < 10; i++) {
      await sendFrom(direct, `192.0.2.${i}`);
      await sendFrom(proxied, `198.51.100.${i}, 192.0.2.1`);
    }
    expect((await sendFrom(direct, '192.0.2.99')).status).toBe(429);
    expect((await sendFrom(proxied, '198.51.100.99, 192.0.2.1')).status).toBe(429);
    expect((await sendFrom(proxied, '192.0.2.2')).status).toBe(202);
    expect((await sendFrom(proxied, '2001:db8::1')).status).toBe(202);
  });
});

describe('several API processes', () => {
  it('share the limits through the database, where an address cannot be read', async () => {
    const limits = { rateLimitSite: 10, rateLimitAddress: 20 };
    const one = await start(limits);
    const other = await start({ ...limits, beside: one });
    await post(`${one.url}/api/events`, events('busy', 60));
    await post(`${other.url}/api/events`, events('busy', 60));
    await waitFor(async () => (await send(one, 'busy')).status === 429, { timeout: 5_000 });
    await waitFor(async () => (await send(other, 'busy')).status === 429, { timeout: 5_000 });
    expect((await send(one, 'calm')).status).toBe(202);
    // Beyond what either of them has counted by itself.
    let sent = 0;
    await waitFor(
      async () => (sent++, (await send(sent % 2 === 0 ? one : other, `site-${sent}`)).status === 429),
      { timeout: 8_000, interval: 1 },
    );
    expect(sent).toBeLessThan(300);
    const pool = createPool(one.databaseUrl, { max: 1 });
    const { rows } = await pool.query<{ key: string }>('SELECT key FROM rate_limit');
    await pool.end();
    expect(rows.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['site busy', expect.stringMatching(/^address [\w-]{43}$/)]),
    );
    expect(JSON.stringify(rows)).not.toContain('127.0.0.1');
  });

  it.each(['reset', 'drop'] as const)(
    'go on with limits of their own while the database is away (%s)',
    async (fault) => {
      const ingest = await start({ rateLimitSite: 10, rateLimitAddress: 1_000, proxied: true });
      expect((await send(ingest, 'busy')).status).toBe(202);
      if (ingest.databaseProxy) ingest.databaseProxy.mode = fault;
      const started = performance.now();
      const answers = await Promise.all(
        events('busy', 120).map((each) => post(`${ingest.url}/api/event`, each)),
      );
      const took = performance.now() - started;
      const count = (status: number) => answers.filter((answer) => answer.status === status).length;
      expect([count(202), count(429)]).toEqual([99, 21]);
      expect(took).toBeLessThan(3_000);
      expect((await send(ingest, 'calm')).status).toBe(202);
      expect((await answerOf(await fetch(`${ingest.url}/health/live`))).status).toBe(200);
    },
  );
});
