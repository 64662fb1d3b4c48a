import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventIdFrom } from '#events/event-id.js';
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
const send = (call: string, body: unknown, headers: Record<string, string> = {}) =>
  post(`${ingest.url}/v1/${call}`, body, { headers });
const refusedOf = async (site: string) =>
  (await answerOf(await fetch(`${ingest.url}/api/refused?site=${site}`))).body?.['refused'] as {
    reason: string;
  }[];

describe('@segment/analytics-node', () => {
  it('has every kind of its calls stored', async () => {
    const analytics = new Analytics({ writeKey: 'seg-node', host: ingest.url, flushInterval: 50 });
    const faults: unknown[] = [];
    analytics.on('error', (error) => faults.push(error));
    const page = { url: 'https://x.dev/pricing', referrer: 'https://r.dev/', title: 'Pricing' };
    const messageId = randomUUID();
    analytics.track({ userId: 'u1', event: 'Order Completed', properties: { revenue: 19.9 }, messageId });
    analytics.page({ anonymousId: 'a1', properties: page, context: { userAgent: 'Mozilla/5.0 (X11)' } });
    analytics.screen({ userId: 'u1', name: 'Home' });
    analytics.identify({ userId: 'u1', anonymousId: 'a1', traits: { plan: 'pro' } });
    analytics.group({ userId: 'u1', groupId: 'g1', traits: { seats: 3 } });
    analytics.alias({ userId: 'u1', previousId: 'a0' });
    await analytics.closeAndFlush();
    expect(faults).toEqual([]);
    const events = await storedOf('seg-node');
    expect(events).toHaveLength(6);
    expect(events.every(({ source }) => source.sdk?.startsWith('@segment/analytics-node/3.'))).toBe(true);
    const byType = Object.fromEntries(events.map((event) => [event.type, event]));
    expect(byType['Order Completed']).toMatchObject({
      id: messageId,
      userId: 'u1',
      visitorId: 'u1',
      properties: { revenue: 19.9 },
    });
    expect(byType['Order Completed']).not.toHaveProperty('path');
    // What the client says of itself would be taken for a bot.
    expect(byType['Order Completed']).not.toHaveProperty('userAgent');
    expect(byType['page_view']).toMatchObject({
      visitorId: 'a1',
      url: page.url,
      path: '/pricing',
      referrer: page.referrer,
      title: 'Pricing',
      userAgent: 'Mozilla/5.0 (X11)',
    });
    expect(byType['screen_view']?.properties).toEqual({ name: 'Home' });
    expect(byType['identify']).toMatchObject({
      userId: 'u1',
      visitorId: 'a1',
      properties: { traits: { plan: 'pro' } },
    });
    expect(byType['group']?.properties).toEqual({ groupId: 'g1', traits: { seats: 3 } });
    expect(byType['alias']?.properties).toEqual({ previousId: 'a0' });
  });

  it('keeps its events while the log is away, and each is there once', async () => {
    await post(`${ingest.url}/api/event`, { ...GOOD, siteId: 'seg-retry' });
    await ingest.nats.kill('SIGKILL');
    const statuses: number[] = [];
    const analytics = new Analytics({
      writeKey: 'seg-retry',
      host: ingest.url,
      flushInterval: 20,
      maxRetries: 20,
    });
    analytics.on('http_response', ({ status }) => statuses.push(status));
    for (let i = 0; i < 5; i++) analytics.track({ userId: 'u1', event: `e${i}`, messageId: `m${i}` });
    await waitFor(() => statuses.includes(503));
    await ingest.nats.restart();
    await analytics.closeAndFlush({ timeout: 30_000 });
    expect(statuses.at(-1)).toBe(200);
    const ids = (await storedOf('seg-retry')).slice(1).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(
      Array.from({ length: 5 }, (_, i) => eventIdFrom('seg-retry', `m${i}`)).toSorted(),
    );
  });
});

describe("Segment's HTTP API", () => {
  const track = { userId: 'u1', event: 'x' };

  it('takes the key from Basic authentication, packed bodies and any content type', async () => {
    const headers = { authorization: `Basic ${btoa('seg-basic:')}` };
    expect(await send('track', track, headers)).toMatchObject({ status: 200, body: { success: true } });
    const packed = gzipSync(JSON.stringify({ batch: [{ type: 'track', ...track }] }));
    expect((await send('batch', packed, { ...headers, 'content-encoding': 'gzip' })).status).toBe(200);
    expect(
      (await post(`${ingest.url}/v1/t/`, { ...track, writeKey: 'seg-basic' }, { type: 'x/y' })).status,
    ).toBe(200);
    expect(await storedOf('seg-basic')).toHaveLength(3);
  });

  it('stores every event of a batch of 2,500', async () => {
    const batch = Array.from({ length: 2_500 }, (_, i) => ({
      type: 'track',
      userId: 'u',
      event: 'e',
      messageId: `${i}`,
    }));
    expect(await send('b', { writeKey: 'seg-many', batch })).toMatchObject({ status: 200 });
    expect(await storedOf('seg-many')).toHaveLength(2_500);
  });

  it('counts and shows what it refuses behind its 200', async () => {
    const batch = [
      { type: 'track', event: 'x' },
      { type: 'track', userId: 'u' },
      { type: 'track', ...track },
      { type: 'page', userId: 'guest', anonymousId: 'a' },
    ];
    expect(await send('batch', { writeKey: 'seg-bad', batch })).toMatchObject({
      status: 200,
      body: { success: true },
    });
    expect(await storedOf('seg-bad')).toHaveLength(1);
    const refused = await refusedOf('seg-bad');
    expect(refused.map(({ reason }) => reason)).toEqual(['invalid_user_id', 'missing_event', 'missing_id']);
    expect(refused[0]).toEqual({
      id: expect.any(String) as string,
      at: expect.any(String) as string,
      site: 'seg-bad',
      eventType: 'page_view',
      dialect: 'segment',
      reason: 'invalid_user_id',
      messages: [expect.stringContaining('userId must identify someone')],
    });
    const metrics = await (await fetch(`${ingest.url}/metrics`)).text();
    expect(metrics).toMatch(/tidemark_events_rejected_total\{reason="missing_id",dialect="segment"\} 1/);
  });

  it('refuses a key that is no site behind its 200 too', async () => {
    expect(await send('track', { ...track, writeKey: 'no site' })).toMatchObject({ status: 200 });
    const all = (await answerOf(await fetch(`${ingest.url}/api/refused`))).body?.['refused'] as object[];
    expect(all[0]).toMatchObject({ dialect: 'segment', reason: 'invalid_site_id' });
    expect(all[0]).not.toHaveProperty('site');
  });

  it.each([
    ['no JSON', 'track', '{'],
    ['a call over 32 KB', 'track', { ...track, properties: { a: 'x'.repeat(33_000) } }],
    ['a batch over 500 KB', 'batch', { batch: [{ ...track, properties: { a: 'x'.repeat(513_000) } }] }],
    ['a batch that is none', 'batch', { batch: {} }],
    ['a list', 'track', []],
  ])('answers 400 to %s', async (_name, call, body) => {
    expect(await send(call, body)).toMatchObject({
      status: 400,
      body: { statusCode: 400, error: 'Bad Request' },
    });
  });

  it('lets any origin send, with whatever headers its client has', async () => {
    const preflight = await fetch(`${ingest.url}/v1/t`, {
      method: 'OPTIONS',
      headers: { origin: 'https://x.dev', 'access-control-request-headers': 'authorization, x-retry-count' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, x-retry-count');
    const odd = { origin: 'https://x.dev', 'access-control-request-headers': '<x>' };
    const refused = await fetch(`${ingest.url}/v1/t`, { method: 'OPTIONS', headers: odd });
    expect(refused.headers.get('access-control-allow-headers')).toBe('');
    expect((await fetch(`${ingest.url}/v1/t`)).status).toBe(405);
  });
});

it('/api/refused names what a site may be', async () => {
  const answer = await answerOf(await fetch(`${ingest.url}/api/refused?site=a.b`));
  expect(answer).toMatchObject({
    status: 400,
    body: { message: ['site must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -'] },
  });
});
