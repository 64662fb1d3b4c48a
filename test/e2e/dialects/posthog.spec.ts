import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { PostHog } from 'posthog-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { waitFor } from '../../harness/wait-for.js';
import { answerOf, GOOD, post, startIngest, type IngestApp } from '../support/ingest-app.js';

let ingest: IngestApp;

beforeAll(async () => {
  ingest = await startIngest();
});

afterAll(async () => {
  await ingest?.stop();
});

const storedOf = async (site: string) => (await ingest.stored()).filter((event) => event.site === site);
const send = (path: string, body: unknown, options: Parameters<typeof post>[2] = {}) =>
  post(`${ingest.url}${path}`, body, options);
const reasonsOf = async (site: string) =>
  (
    (await answerOf(await fetch(`${ingest.url}/api/refused?site=${site}`))).body?.['refused'] as {
      reason: string;
    }[]
  ).map(({ reason }) => reason);

async function withClient(
  token: string,
  mode: string,
  use: (client: PostHog) => void | Promise<void>,
): Promise<void> {
  const before = process.env['POSTHOG_CAPTURE_MODE'];
  process.env['POSTHOG_CAPTURE_MODE'] = mode;
  const client = new PostHog(token, {
    host: ingest.url,
    flushInterval: 20,
    fetchRetryCount: 20,
    fetchRetryDelay: 200,
  });
  const faults: unknown[] = [];
  client.on('error', (error) => faults.push(error));
  try {
    await use(client);
    await client.shutdown(30_000);
  } finally {
    if (before === undefined) delete process.env['POSTHOG_CAPTURE_MODE'];
    else process.env['POSTHOG_CAPTURE_MODE'] = before;
  }
  expect(faults).toEqual([]);
}

describe.each(['v0', 'v1'])('posthog-node, capture %s', (mode) => {
  it('has its events stored', async () => {
    const site = `ph-node-${mode}`;
    const uuid = randomUUID();
    await withClient(site, mode, (client) => {
      client.capture({
        distinctId: 'u1',
        event: 'Order Completed',
        properties: { revenue: 19.9, currency: 'EUR' },
        uuid,
      });
      client.capture({
        distinctId: 'u1',
        event: '$pageview',
        properties: { $current_url: 'https://x.dev/pricing' },
      });
      client.identify({ distinctId: 'u1', properties: { plan: 'pro' } });
      client.alias({ distinctId: 'u1', alias: 'a0' });
      client.groupIdentify({ groupType: 'org', groupKey: 'g1', properties: { seats: 3 } });
    });
    const events = await storedOf(site);
    expect(events).toHaveLength(5);
    const byType = Object.fromEntries(events.map((event) => [event.type, event]));
    expect(byType['Order Completed']).toMatchObject({
      id: uuid,
      userId: 'u1',
      properties: { revenue: 19.9, currency: 'EUR' },
      source: { dialect: 'posthog', sdk: expect.stringMatching(/^posthog-node\/5\./) as string },
    });
    expect(byType['Order Completed']?.properties).toEqual({ revenue: 19.9, currency: 'EUR' });
    expect(byType['Order Completed']).not.toHaveProperty('userAgent');
    expect(byType['page_view']).toMatchObject({ url: 'https://x.dev/pricing', path: '/pricing' });
    expect(byType['identify']).toMatchObject({ userId: 'u1', properties: { traits: { plan: 'pro' } } });
    expect(byType['alias']?.properties).toEqual({ previousId: 'a0' });
    expect(byType['group']?.properties).toEqual({ groupId: 'g1', groupType: 'org', traits: { seats: 3 } });
  });

  it('keeps its events while the log is away, and each is there once', async () => {
    const site = `ph-retry-${mode}`;
    await post(`${ingest.url}/api/event`, { ...GOOD, siteId: site });
    const uuids = Array.from({ length: 5 }, () => randomUUID());
    await withClient(site, mode, async (client) => {
      await ingest.nats.kill('SIGKILL');
      for (const uuid of uuids) client.capture({ distinctId: 'u1', event: 'x', uuid });
      const path = mode === 'v0' ? '/batch' : '/i/v1/analytics/events';
      const refused = new RegExp(`route="${path}",status="503"\\} [1-9]`);
      await waitFor(async () => refused.test(await (await fetch(`${ingest.url}/metrics`)).text()), {
        timeout: 20_000,
      });
      await ingest.nats.restart();
    });
    const ids = (await storedOf(site)).slice(1).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(uuids.toSorted());
  });
});

describe("PostHog's capture", () => {
  const event = (token: string, more: object = {}) => ({
    event: 'x',
    distinct_id: 'u1',
    properties: { token },
    ...more,
  });
  const text = (token: string): string => JSON.stringify(event(token));
  const base64 = (token: string): string => Buffer.from(text(token)).toString('base64');
  const ok = { status: 200, body: { status: 'Ok' } };

  it('reads whatever encoding its clients have', async () => {
    const site = 'ph-forms';
    const packed = gzipSync(text(site));
    const form = { type: 'application/x-www-form-urlencoded' };
    expect(await send('/e/', text(site))).toMatchObject(ok);
    expect(await send('/i/v0/e', text(site), { type: 'text/plain' })).toMatchObject(ok);
    expect(await send('/capture/?compression=gzip-js', packed, { type: 'text/plain' })).toMatchObject(ok);
    expect(await send('/track', packed, { headers: { 'content-encoding': 'gzip' } })).toMatchObject(ok);
    expect(
      await send('/e/?compression=base64', `data=${encodeURIComponent(base64(site))}`, form),
    ).toMatchObject(ok);
    expect(await send('/e', `data=${base64(site)}`, form)).toMatchObject(ok);
    expect(await send('/e', `data=${encodeURIComponent(packed.toString('base64'))}`, form)).toMatchObject(ok);
    expect(await send('/e', base64(site), { type: 'x/y' })).toMatchObject(ok);
    const get = await fetch(`${ingest.url}/e/?data=${encodeURIComponent(base64(site))}&_=1769860800000`);
    expect(await answerOf(get)).toMatchObject(ok);
    expect(await storedOf(site)).toHaveLength(9);
  });

  it('takes the traits of /engage, and a list under the key of its batch', async () => {
    await send('/engage/', { $token: 'ph-engage', $distinct_id: 'u1', $set: { plan: 'pro' } });
    expect(await storedOf('ph-engage')).toMatchObject([
      { type: 'identify', properties: { traits: { plan: 'pro' } } },
    ]);
    await send('/batch/', { api_key: 'ph-batch', batch: [{ event: 'x', distinct_id: 'u1' }] });
    expect(await storedOf('ph-batch')).toHaveLength(1);
  });

  it('stores every event of a batch of 5 MB', async () => {
    const batch = Array.from({ length: 12_000 }, (_, i) => ({
      event: 'x',
      distinct_id: `u${i}`,
      uuid: randomUUID(),
      properties: { text: 'x'.repeat(330) },
    }));
    const packed = gzipSync(JSON.stringify({ api_key: 'ph-large', batch }));
    expect(await send('/batch/', packed, { type: 'text/plain' })).toMatchObject(ok);
    expect(new Set((await storedOf('ph-large')).map(({ id }) => id)).size).toBe(12_000);
  });

  it('takes the good events of a batch and shows the others; a 400 where there is no good one', async () => {
    const batch = [{ event: 'x' }, { event: 'x', distinct_id: 'u' }, { distinct_id: 'u' }];
    expect(await send('/batch', { api_key: 'ph-bad', batch })).toMatchObject(ok);
    expect(await reasonsOf('ph-bad')).toEqual(['missing_event', 'missing_id']);
    expect(await send('/e', { api_key: 'ph-bad', event: 'x' })).toMatchObject({
      status: 400,
      body: { type: 'validation_error', code: 'invalid_payload', detail: 'distinct_id must say who it was' },
    });
  });

  it.each([
    ['no token', { event: 'x', distinct_id: 'u' }, 401, 'invalid_api_key'],
    ['a token that is no site', { ...event('a b') }, 401, 'invalid_api_key'],
    ['tokens of two projects', [event('a'), event('b')], 401, 'invalid_api_key'],
    ['no JSON', '{', 400, 'invalid_payload'],
    ['what is no encoding', '???', 400, 'invalid_payload'],
    ['broken gzip', Buffer.from([0x1f, 0x8b, 1, 2]), 400, 'invalid_payload'],
    [
      'more events than a request may have',
      `[${'0,'.repeat(250_000)}${JSON.stringify(event('many'))}]`,
      413,
      'payload_too_large',
    ],
    ['2 MB and more', ' '.repeat(2 * 1024 * 1024 + 1), 413, 'payload_too_large'],
    ['what unpacks to 2 MB and more', gzipSync(Buffer.alloc(3_000_000)), 413, 'payload_too_large'],
  ])('answers %s as its clients expect', async (_name, body, status, code) => {
    expect(await send('/e/', body, { type: 'text/plain' })).toMatchObject({ status, body: { code } });
  });

  it('turns large bodies away while it has others, and says when to come again', async () => {
    const body = Buffer.alloc(19 * 1024 * 1024, ' ');
    const answers = await Promise.all(Array.from({ length: 6 }, () => send('/batch', body)));
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([400, 503]));
    expect(answers.find(({ status }) => status === 503)?.headers.get('retry-after')).toMatch(/^[1-9]/);
    expect(await send('/batch', body)).toMatchObject({ status: 400 });
  });

  it('gives each event of v1 its result', async () => {
    const [good, bad] = [randomUUID(), randomUUID()];
    const batch = [
      {
        event: 'x',
        uuid: good,
        distinct_id: 'u',
        timestamp: '2026-01-31T12:00:00Z',
        options: {},
        properties: {},
      },
      { event: 'x', uuid: bad, timestamp: '2026-01-31T12:00:00Z', options: {}, properties: {} },
    ];
    const headers = { authorization: 'Bearer ph-results' };
    expect(await send('/i/v1/analytics/events', { batch }, { headers })).toMatchObject({
      status: 200,
      body: {
        results: {
          [good]: { result: 'ok' },
          [bad]: { result: 'drop', details: 'distinct_id must say who it was' },
        },
      },
    });
    expect(await send('/i/v1/analytics/events', { batch })).toMatchObject({ status: 401 });
    expect(await send('/i/v1/analytics/events', {}, { headers })).toMatchObject({ status: 400 });
  });

  it('lets pages of any origin send with their cookies, and reads none of them', async () => {
    const headers = { origin: 'https://x.dev', cookie: 'visitor_id=0192f3a4-5b6c-7d8e-9f01-23456789abcd' };
    const sent = await send('/e/', text('ph-cors'), { headers });
    expect(sent.headers.get('access-control-allow-origin')).toBe('https://x.dev');
    expect(sent.headers.get('access-control-allow-credentials')).toBe('true');
    expect(sent.headers.get('set-cookie')).toBeNull();
    expect((await storedOf('ph-cors'))[0]?.visitorId).toBe('u1');
    const preflight = await fetch(`${ingest.url}/e/`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-headers': 'content-type' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true');
  });

  it('has no flags, and a configuration in which all else is off', async () => {
    expect(await send('/flags/?v=2', gzipSync('{}'), { type: 'text/plain' })).toMatchObject({
      status: 200,
      body: { flags: {} },
    });
    expect(await send('/decide/?v=3', '{}')).toMatchObject({ status: 200, body: { featureFlags: {} } });
    const config = await answerOf(await fetch(`${ingest.url}/array/shop/config`));
    expect(config.body).toMatchObject({ hasFeatureFlags: false, sessionRecording: false });
    const script = await fetch(`${ingest.url}/array/shop/config.js`);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await script.text()).toContain(`_POSTHOG_REMOTE_CONFIG['shop']`);
    expect((await fetch(`${ingest.url}/array/a'b/config.js`)).status).toBe(401);
  });
});
