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
const load = (token: string, config = '{}') =>
  `import posthog from 'posthog-js';
   posthog.init('${token}', { api_host: '${ingest.url}', ...${config} });
   window.posthog = posthog;`;

it('posthog-js has its events stored, what it sends while the page closes too', async () => {
  const client = await pages.open(
    load('ph-browser') +
      `setTimeout(() => {
         posthog.capture('Order Completed', { revenue: 19.9, currency: 'EUR' });
         posthog.identify('u-1', { plan: 'pro' });
       }, 100);`,
    '/pricing?utm_source=mail',
  );
  await waitFor(async () => (await storedOf('ph-browser')).some(({ type }) => type === 'identify'));
  await client.page.evaluate('scrollTo(0, 1500)');
  await client.page.goto('about:blank');
  await waitFor(async () => (await storedOf('ph-browser')).some(({ type }) => type === 'engagement'));
  const events = await storedOf('ph-browser');
  expect(events.map(({ type }) => type).toSorted()).toEqual([
    'Order Completed',
    'engagement',
    'identify',
    'page_view',
  ]);
  const byType = Object.fromEntries(events.map((event) => [event.type, event]));
  expect(byType['page_view']).toMatchObject({
    url: `${pages.origin}/pricing?utm_source=mail`,
    path: '/pricing',
    title: 'Pricing',
    language: 'en-GB',
    screen: '1280x720',
    source: { dialect: 'posthog', sdk: expect.stringMatching(/^web\/1\./) as string },
  });
  expect(byType['page_view']).not.toHaveProperty('properties');
  expect(byType['page_view']).not.toHaveProperty('userId');
  expect(byType['page_view']?.userAgent).toMatch(/Chrome/);
  expect(byType['Order Completed']?.properties).toEqual({ revenue: 19.9, currency: 'EUR' });
  expect(byType['identify']).toMatchObject({ userId: 'u-1', visitorId: byType['page_view']?.visitorId });
  expect(byType['identify']?.properties).toEqual({ plan: 'pro' });
  expect(byType['engagement']?.properties).toEqual({
    scrollDepth: expect.any(Number) as number,
    engagedMs: expect.any(Number) as number,
  });
  expect(client.problems).toEqual([]);
  await client.close();
});

it('posthog-js keeps its events while the log is away, and each is there once', async () => {
  await post(`${ingest.url}/api/event`, { ...GOOD, siteId: 'ph-away' });
  const client = await pages.open(load('ph-away'));
  await waitFor(async () => (await storedOf('ph-away')).length >= 2);
  await ingest.nats.kill('SIGKILL');
  await client.page.evaluate(`for (let i = 0; i < 3; i++) posthog.capture('away-' + i)`);
  await waitFor(() => client.asked.some((line) => /^POST \/(e|i\/v0\/e)\/ 503$/.test(line)), {
    timeout: 20_000,
  });
  await ingest.nats.restart();
  const away = async () => (await storedOf('ph-away')).filter(({ type }) => type.startsWith('away-'));
  await waitFor(async () => (await away()).length >= 3, { timeout: 40_000 });
  expect((await away()).map(({ type }) => type).toSorted()).toEqual(['away-0', 'away-1', 'away-2']);
  await client.close();
});
