import { expect, it } from 'vitest';

import { waitFor } from '../../harness/wait-for.js';
import { clientLab } from '../support/client-lab.js';
import { GOOD, post } from '../support/ingest-app.js';

const lab = clientLab();
const load = (writeKey: string, options = '{}') =>
  `import { AnalyticsBrowser } from '@segment/analytics-next';
   const analytics = AnalyticsBrowser.load({ writeKey: '${writeKey}', cdnURL: '${lab.ingest.url}' }, ${options});
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
  const client = await lab.pages.open(load(site, options) + calls, '/pricing?utm_source=mail');
  await waitFor(async () => (await lab.storedOf(site)).length >= 4);
  const events = await lab.storedOf(site);
  expect(events.map(({ type }) => type).toSorted()).toEqual([
    'Order Completed',
    'group',
    'identify',
    'page_view',
  ]);
  const order = events.find(({ type }) => type === 'Order Completed');
  expect(order).toMatchObject({
    userId: 'u-1',
    url: `${lab.pages.origin}/pricing?utm_source=mail`,
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
  await post(`${lab.ingest.url}/api/event`, { ...GOOD, siteId: 'seg-away' });
  const client = await lab.pages.open(load('seg-away') + `analytics.page();`);
  await waitFor(async () => (await lab.storedOf('seg-away')).length === 2);
  await lab.ingest.nats.kill('SIGKILL');
  await client.page.evaluate(`for (let i = 0; i < 3; i++) analytics.track('away-' + i)`);
  await waitFor(() => client.asked.filter((line) => line === 'POST /v1/t 503').length >= 3, {
    timeout: 20_000,
  });
  await lab.ingest.nats.restart();
  const away = async () => (await lab.storedOf('seg-away')).filter(({ type }) => type.startsWith('away-'));
  await waitFor(async () => (await away()).length >= 3, { timeout: 30_000 });
  expect((await away()).map(({ type }) => type).toSorted()).toEqual(['away-0', 'away-1', 'away-2']);
  await client.close();
});
