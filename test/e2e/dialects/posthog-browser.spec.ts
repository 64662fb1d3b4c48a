import { expect, it } from 'vitest';

import { waitFor } from '../../harness/wait-for.js';
import { clientLab } from '../support/client-lab.js';
import { GOOD, post } from '../support/ingest-app.js';

const lab = clientLab();
const load = (token: string, config = '{}') =>
  `import posthog from 'posthog-js';
   posthog.init('${token}', { api_host: '${lab.ingest.url}', ...${config} });
   window.posthog = posthog;`;

it('posthog-js has its events stored, what it sends while the page closes too', async () => {
  const client = await lab.pages.open(
    load('ph-browser') +
      `setTimeout(() => {
         posthog.capture('Order Completed', { revenue: 19.9, currency: 'EUR' });
         posthog.identify('u-1', { plan: 'pro' });
       }, 100);`,
    '/pricing?utm_source=mail',
  );
  await waitFor(async () => (await lab.storedOf('ph-browser')).some(({ type }) => type === 'identify'));
  await client.page.evaluate('scrollTo(0, 1500)');
  await client.page.goto('about:blank');
  await waitFor(async () => (await lab.storedOf('ph-browser')).some(({ type }) => type === 'engagement'));
  const events = await lab.storedOf('ph-browser');
  expect(events.map(({ type }) => type).toSorted()).toEqual([
    'Order Completed',
    'engagement',
    'identify',
    'page_view',
  ]);
  const byType = Object.fromEntries(events.map((event) => [event.type, event]));
  expect(byType['page_view']).toMatchObject({
    url: `${lab.pages.origin}/pricing?utm_source=mail`,
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
  expect(byType['identify']?.properties).toEqual({ traits: { plan: 'pro' } });
  expect(byType['engagement']?.properties).toEqual({
    scrollDepth: expect.any(Number) as number,
    engagedMs: expect.any(Number) as number,
  });
  expect(client.problems).toEqual([]);
  await client.close();
});

it('posthog-js without a cookie is a visitor known for a day', async () => {
  const client = await lab.pages.open(load('ph-cookieless', `{ cookieless_mode: 'always' }`), '/pricing');
  await waitFor(async () => (await lab.storedOf('ph-cookieless')).length > 0);
  const [event] = await lab.storedOf('ph-cookieless');
  // Version 8: made here, of the salt of the day.
  expect(event?.visitorId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
  expect(event).not.toHaveProperty('userId');
  expect(await client.page.evaluate('document.cookie')).toBe('');
  expect(client.problems).toEqual([]);
  await client.close();
});

it('posthog-js keeps its events while the log is away, and each is there once', async () => {
  await post(`${lab.ingest.url}/api/event`, { ...GOOD, siteId: 'ph-away' });
  const client = await lab.pages.open(load('ph-away'));
  await waitFor(async () => (await lab.storedOf('ph-away')).length >= 2);
  await lab.ingest.nats.kill('SIGKILL');
  await client.page.evaluate(`for (let i = 0; i < 3; i++) posthog.capture('away-' + i)`);
  await waitFor(() => client.asked.some((line) => /^POST \/(e|i\/v0\/e)\/ 503$/.test(line)), {
    timeout: 20_000,
  });
  await lab.ingest.nats.restart();
  const away = async () => (await lab.storedOf('ph-away')).filter(({ type }) => type.startsWith('away-'));
  await waitFor(async () => (await away()).length >= 3, { timeout: 40_000 });
  expect((await away()).map(({ type }) => type).toSorted()).toEqual(['away-0', 'away-1', 'away-2']);
  await client.close();
});
