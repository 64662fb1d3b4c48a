import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { accessibilityFaults, overflow } from '../harness/browser.js';
import { waitFor } from '../harness/wait-for.js';
import { GOOD, post } from './support/ingest-app.js';
import { pageLab } from './support/page-lab.js';

const lab = pageLab();
const { visit } = lab;

const send = (change: object) => post(`${lab.stack.url}/api/event`, { ...GOOD, siteId: 'wired', ...change });
const rows = (page: Page) => page.locator('.feed-item');
const shown = async (page: Page) =>
  (await rows(page).locator('.feed-what').allInnerTexts()).map((text) => text.trim());

test('from the first run on, each call is seen with its fate', async () => {
  const { page } = await visit('/?site=wired');
  await page.getByRole('link', { name: 'See each call as it comes in' }).click();
  await page.getByRole('heading', { name: 'Events of wired', level: 1 }).waitFor();
  await page.getByText('Nothing yet. Send an event').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await send({ path: 'pricing', eventType: 'signup' });
  await send({ properties: { plan: 'pro', seats: 3 } });
  await post(`${lab.stack.url}/api/event`, '{');
  await waitFor(async () => (await rows(page).count()) === 3);
  const refused = rows(page).filter({ hasText: 'invalid_path' });
  expect(await refused.innerText()).toMatch(/Refused[^]*signup[^]*path must start with "\/"/);
  expect(await rows(page).filter({ hasText: 'Stored' }).innerText()).toMatch(/page_view[^]*\/pricing/);
  expect(await rows(page).filter({ hasText: 'malformed_json' }).innerText()).toContain('no site');

  await rows(page).filter({ hasText: 'Stored' }).getByRole('button').press('Enter');
  await page.getByLabel('Properties').getByText('"seats": 3').waitFor();
  await page.locator('dt', { hasText: 'Counts' }).locator('xpath=../dd').getByText('Yes').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  // Whoever reads one is not to lose it from sight, and hears of it.
  await page.getByRole('status').filter({ hasText: 'Paused. New calls wait until you go on.' }).waitFor();
  await page.getByRole('heading', { name: 'Paused' }).waitFor();
  await send({ path: '/later' });
  await page.getByRole('button', { name: 'Go on with 1 new' }).click();
  await rows(page).first().getByText('/later').waitFor();
  expect(await page.getByLabel('Properties').count()).toBe(1);
});

test('what is unfit of a stored event stands in its row and below it', async () => {
  await send({ siteId: 'warned', eventType: 'engagement', properties: { engagedMs: -1 } });
  const { page } = await visit('/events?site=warned&outcome=stored');
  const row = rows(page);
  await row.getByText('properties.engagedMs must be at least 0').waitFor();
  await row.getByRole('button').click();
  await row.locator('.feed-faults li', { hasText: 'properties.engagedMs must be at least 0' }).waitFor();
  expect(await rows(page).count()).toBe(1);
  expect(await accessibilityFaults(page)).toEqual([]);
});

test('the filters are in the address, and the page that is opened by it shows the same', async () => {
  await send({ siteId: 'narrow', path: '/a' });
  await send({ siteId: 'narrow', path: '/b', eventType: 'purchase' });
  await send({ siteId: 'narrow', path: 'c', eventType: 'purchase' });
  const { page } = await visit('/events?site=narrow');
  await waitFor(async () => (await rows(page).count()) >= 3);
  await page.getByLabel('What became of them').selectOption('Refused');
  await page.getByLabel('Event type').fill('purchase');
  await waitFor(async () => (await rows(page).count()) === 1);
  expect(new URL(page.url()).search).toBe('?site=narrow&outcome=refused&type=purchase');
  expect(await page.getByLabel('Event type').inputValue()).toBe('purchase');
  await page.getByLabel('Text in the path').fill('nothing like it');
  await page.getByText('Nothing yet that fits the filters.').waitFor();

  const again = (await visit('/events?site=narrow&type=purchase&outcome=stored')).page;
  await waitFor(async () => (await rows(again).count()) === 1);
  expect((await shown(again))[0]).toMatch(/^\/b/);
  await again.getByLabel('All sites').check();
  await again.getByRole('heading', { name: 'Events of all sites' }).waitFor();
  await send({ siteId: 'elsewhere', path: '/d', eventType: 'purchase' });
  await rows(again).filter({ hasText: 'elsewhere' }).waitFor();
});

test('what is typed stays as it is, and undoes nothing that was chosen meanwhile', async () => {
  await send({ siteId: 'typed', path: '/a', eventType: 'must start' });
  const { page } = await visit('/events?site=typed');
  const type = page.getByLabel('Event type');
  await type.pressSequentially('must ');
  await page.waitForURL(/type=must\+/);
  await type.pressSequentially('start');
  await page.waitForURL(/type=must\+start/);
  expect(await type.inputValue()).toBe('must start');
  await waitFor(async () => (await rows(page).count()) === 1);

  await page.getByLabel('Text in the path').fill('/a');
  await page.getByLabel('What became of them').selectOption('Stored');
  await page.waitForURL(/text=/);
  expect(new URL(page.url()).search).toBe('?site=typed&outcome=stored&type=must+start&text=/a');
});

test('no filter is longer than the API takes, and what it refuses is not asked for again', async () => {
  const long = (await visit(`/events?site=typed&text=${'x'.repeat(300)}`)).page;
  await long.getByText('Nothing yet that fits the filters.').waitFor();
  expect(await long.getByLabel('Text in the path').inputValue()).toBe('x'.repeat(200));
  expect(await long.getByLabel('Text in the path').getAttribute('maxlength')).toBe('200');

  let asked = 0;
  const { page } = await visit('/events?site=a%20b', {
    before: async (opened) => {
      opened.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => (asked += Number(String(payload).includes('eventFeed')))),
      );
    },
  });
  await page.getByRole('alert').filter({ hasText: 'siteId must be' }).waitFor();
  const before = asked;
  expect(before).toBeGreaterThan(0);
  // Twice as long as one that ended otherwise waits until it begins again.
  await page.waitForTimeout(4_500);
  expect(asked).toBe(before);
});

test('a pause holds what comes, and the list is bounded', async () => {
  const { page } = await visit('/events?site=busy&outcome=stored');
  await page.getByText('Nothing yet that fits the filters.').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await send({ siteId: 'busy', path: '/held' });
  await page.getByRole('button', { name: 'Go on with 1 new' }).waitFor();
  expect(await rows(page).count()).toBe(0);
  await page.getByRole('button', { name: 'Go on with 1 new' }).click();
  await rows(page).filter({ hasText: '/held' }).waitFor();

  for (let round = 0; round < 3; round++) {
    const events = Array.from({ length: 150 }, (_, n) => ({
      ...GOOD,
      siteId: 'busy',
      path: `/${round}/${n}`,
    }));
    await post(`${lab.stack.url}/api/events`, { events });
    await waitFor(async () => (await shown(page))[0]?.startsWith(`/${round}/149`));
  }
  expect(await rows(page).count()).toBe(200);
  await page.getByText('The newest 200 are shown.').waitFor();
  await page.getByText('451 stored, 0 refused').waitFor();
});

test('what came while the connection was lost is there once, and nothing twice', async () => {
  await send({ siteId: 'lost', path: '/1' });
  const { page } = await visit('/events?site=lost', { tolerate: /WebSocket|ERR_|Failed to load/ });
  await waitFor(async () => (await rows(page).count()) >= 1);
  await lab.stack.restart();
  await send({ siteId: 'lost', path: '/2' });
  await rows(page).filter({ hasText: '/2' }).waitFor();
  await waitFor(async () => (await rows(page).filter({ hasText: '/1' }).count()) === 1);
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.each([1440, 360])('%s px wide: accessible, and nothing is cut off', async (width) => {
    await send({ siteId: 'looks', properties: { plan: 'pro', note: 'a longer text '.repeat(12) } });
    await send({
      siteId: 'looks',
      eventType: 'a_type_with_a_rather_long_name',
      path: `/${'long'.repeat(80)}`,
    });
    await send({ siteId: 'looks', path: 'https://shop.example/pricing', timestamp: 'yesterday' });
    await send({ siteId: 'looks', eventType: 'engagement', properties: { engagedMs: -1 } });
    const { page } = await visit('/events?site=looks', {
      context: { colorScheme, viewport: { width, height: 900 } },
    });
    await waitFor(async () => (await rows(page).count()) >= 4);
    await rows(page).filter({ hasText: 'Refused' }).first().getByRole('button').click();
    await rows(page).filter({ hasText: 'Stored' }).last().getByRole('button').click();
    await page.getByText('timestamp must be an ISO 8601').first().waitFor();
    await page.getByLabel('Properties').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    if (process.env['TIDEMARK_SHOTS'])
      await page.screenshot({ path: `${process.env['TIDEMARK_SHOTS']}/events-${colorScheme}-${width}.png` });
  });
});
