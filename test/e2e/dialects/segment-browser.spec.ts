import { afterAll, beforeAll, expect, it } from 'vitest';

import { waitFor } from '../../harness/wait-for.js';
import { startClientPages, type ClientPages } from '../support/client-page.js';
import { GOOD, post, startIngest, type IngestApp } from '../support/ingest-app.js';

let ingest: IngestApp;
let pages: ClientPages;

beforeAll(async () => {
  ingest = await startIngest();
  pages = await startClientPages(ingest.url);
});

afterAll(async () => {
  await pages?.stop();
  await ingest?.stop();
});

const storedOf = async (site: string) => (await ingest.stored()).filter((event) => event.site === site);
const load = (writeKey: string, options = '{}') =>
  `import { AnalyticsBrowser } from '@segment/analytics-next';
   const analytics = AnalyticsBrowser.load({ writeKey: '${writeKey}', cdnURL: '${ingest.url}' }, ${options});
   window.analytics = analytics;`;
const calls = `
  analytics.page();
  analytics.identify('u-1', { plan: 'pro' });
  analytics.track('Order Completed', { revenue: 19.9, currency: 'EUR' });
  analytics.group('g-1', { seats: 3 });`;

it.each([
  ['call by call', 'seg-browser', '{}'],
  [
    'in batches',
    'seg-batched',
    `{ integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { timeout: 100 } } } } }`,
  ],
])('@segment/analytics-next sends %s, and nothing to anyone else', async (_name, site, options) => {
  const client = await pages.open(load(site, options) + calls, '/pricing?utm_source=mail');
  await waitFor(async () => (await storedOf(site)).length >= 4);
  const events = await storedOf(site);
  expect(events.map(({ type }) => type).toSorted()).toEqual([
    'Order Completed',
    'group',
    'identify',
    'page_view',
  ]);
  const order = events.find(({ type }) => type === 'Order Completed');
  expect(order).toMatchObject({
    userId: 'u-1',
    url: `${pages.origin}/pricing?utm_source=mail`,
    path: '/pricing',
    title: 'Pricing',
    language: 'en-GB',
    properties: { revenue: 19.9, currency: 'EUR' },
    source: { dialect: 'segment', sdk: expect.stringMatching(/next-1\./) as string },
  });
  expect(order?.userAgent).toMatch(/Chrome/);
  expect(order?.clientHints).toHaveProperty('sec-ch-ua');
  const view = events.find(({ type }) => type === 'page_view');
  expect(view).not.toHaveProperty('properties');
  expect(new Set(events.map(({ visitorId }) => visitorId)).size).toBe(1);
  expect(client.problems).toEqual([]);
  await client.close();
});

it('@segment/analytics-next keeps its events while the log is away, and each is there once', async () => {
  await post(`${ingest.url}/api/event`, { ...GOOD, siteId: 'seg-away' });
  const client = await pages.open(load('seg-away') + `analytics.page();`);
  await waitFor(async () => (await storedOf('seg-away')).length === 2);
  await ingest.nats.kill('SIGKILL');
  await client.page.evaluate(`for (let i = 0; i < 3; i++) analytics.track('away-' + i)`);
  await waitFor(() => client.asked.filter((line) => line === 'POST /v1/t 503').length >= 3, {
    timeout: 20_000,
  });
  await ingest.nats.restart();
  const away = async () => (await storedOf('seg-away')).filter(({ type }) => type.startsWith('away-'));
  await waitFor(async () => (await away()).length >= 3, { timeout: 30_000 });
  expect((await away()).map(({ type }) => type).toSorted()).toEqual(['away-0', 'away-1', 'away-2']);
  await client.close();
});
