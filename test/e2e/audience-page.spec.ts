import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';

import { createPool } from '#database/pool.js';
import { accessibilityFaults, overflow } from '../harness/browser.js';
import { pageLab } from './support/page-lab.js';

const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0';
const google = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

const lab = pageLab();

beforeAll(async () => {
  await send('shop', phone, {
    referrer: 'https://www.google.com/',
    address: '2a01:4f8::1',
    screen: '390x844',
  });
  await send('shop', phone, { query: 'utm_source=news&utm_medium=email', language: 'de-AT' });
  await send('shop', firefox, { address: '2a01:4f8::1', screen: '1920x1080' });
  await send('shop', google, {});
});

async function send(
  siteId: string,
  userAgent: string,
  o: { query?: string } & Record<string, string>,
): Promise<void> {
  const { query, ...event } = o;
  const url = `https://shop.example/${query === undefined ? '' : `?${query}`}`;
  const answer = await fetch(`${lab.stack.url}/api/event`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({
      siteId,
      eventType: 'page_view',
      url,
      timestamp: new Date().toISOString(),
      ...event,
    }),
  });
  expect(answer.status).toBe(202);
}

const card = (page: Page, name: string) => page.locator(`[data-audience=${name}]`);
const rowsOf = async (page: Page, name: string) =>
  Promise.all(
    (await card(page, name).locator('tbody tr').all()).map(async (row) =>
      [await row.locator('th').textContent(), ...(await row.locator('td').allTextContents())].join(' '),
    ),
  );
const shows = (page: Page, name: string, rows: readonly string[]) =>
  expect.poll(() => rowsOf(page, name), { timeout: 10_000 }).toEqual(rows);

test('the cards say where views came from and what was used, and follow what comes', async () => {
  const { page, graphqlRequests } = await lab.visit(`/?site=shop`);
  await shows(page, 'sources', ['Direct 2 50.0%', 'Email 1 25.0%', 'Organic search 1 25.0%']);
  await shows(page, 'devices', ['Safari 2 66.7%', 'Firefox 1 33.3%']);
  await shows(page, 'locales', ['Germany 2 100.0%']);
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByText('Live', { exact: true }).waitFor();
  const asked = graphqlRequests();
  await send('shop', firefox, { referrer: 'https://blog.example.org/' });
  await shows(page, 'sources', [
    'Direct 2 40.0%',
    'Email 1 20.0%',
    'Organic search 1 20.0%',
    'Referral 1 20.0%',
  ]);
  await shows(page, 'devices', ['Firefox 2 50.0%', 'Safari 2 50.0%']);
  expect(graphqlRequests()).toBe(asked);
});

test('a tab is reached by the keyboard, stands in the address, and a link shows it', async () => {
  const { page } = await lab.visit(`/?site=shop`);
  await shows(page, 'locales', ['Germany 2 100.0%']);
  await page.getByRole('tab', { name: 'Countries' }).focus();
  await page.keyboard.press('ArrowRight');
  await shows(page, 'locales', ['German 1 100.0%']);
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Languages');
  expect(await page.getByRole('tab', { selected: true }).allTextContents()).toEqual([
    'Channels',
    'Browsers',
    'Languages',
  ]);
  await page.keyboard.press('ArrowRight');
  await shows(page, 'locales', ['Germany 2 100.0%']);
  await page.getByRole('tab', { name: 'Channels' }).focus();
  await page.keyboard.press('End');
  await card(page, 'sources').getByText('No link with utm_content was followed in this range.').waitFor();
  await page.getByRole('tab', { name: 'Source', exact: true }).click();
  await shows(page, 'sources', ['news 1 100.0%']);
  await page.getByRole('tab', { name: 'Bots' }).click();
  await shows(page, 'devices', ['Search engine 1 100.0%']);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(new URL(page.url()).search).toContain('&sources=utm_source&devices=bot');

  const link = await lab.visit(page.url());
  await shows(link.page, 'sources', ['news 1 100.0%']);
  await shows(link.page, 'devices', ['Search engine 1 100.0%']);
});

test('nothing moves when the values come, and nothing is wider than a phone', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const { page } = await lab.visit(`/?site=shop&devices=screen`, {
    context: { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
    before: (opened) =>
      opened.route('**/graphql', async (route) => {
        if ((route.request().postData() ?? '').includes('query Audience')) await held;
        await route.continue();
      }),
  });
  await page.locator('.top-paths tbody tr').first().waitFor();
  await page.locator('.values-skeleton').nth(2).waitFor();
  const size = () => page.locator('.audience').evaluate((each) => each.getBoundingClientRect().height);
  const before = await size();
  release();
  await shows(page, 'devices', ['1,440 px and more 1 50.0%', 'Below 576 px 1 50.0%']);
  expect(await size()).toBe(before);
  expect(await overflow(page)).toBe(0);
});

test('a card says that it is being counted while its read model is not served yet, and shows it when it is', async () => {
  const pool = createPool(lab.stack.runtime.databaseUrl, { max: 1 });
  try {
    const { rows: served } = await pool.query<{ projection: string; generation_id: number }>(
      `DELETE FROM served_generation WHERE projection = ANY ('{devices,sources}') RETURNING projection, generation_id`,
    );
    expect(served).toHaveLength(2);
    const { page } = await lab.visit(`/?site=shop`, {
      context: { viewport: { width: 360, height: 740 } },
    });
    await shows(page, 'locales', ['Germany 2 100.0%']);
    const counting = (name: string) => card(page, name).getByText('Being counted from the log.').waitFor();
    await counting('sources');
    await counting('devices');
    await page.getByRole('tab', { name: 'Bots' }).click();
    await counting('devices');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByText('Live', { exact: true }).waitFor();
    const size = () => page.locator('.audience').evaluate((each) => each.getBoundingClientRect().height);
    const before = await size();

    for (const { projection, generation_id } of served)
      await pool.query('INSERT INTO served_generation (projection, generation_id) VALUES ($1, $2)', [
        projection,
        generation_id,
      ]);
    await shows(page, 'devices', ['Search engine 1 100.0%']);
    await card(page, 'sources').locator('tbody tr').first().waitFor();
    expect(await size()).toBe(before);
  } finally {
    await pool.end();
  }
});

test('a long list is shown on request, and a name is text however it is written', async () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const names = [hostile, ...Array.from({ length: 11 }, (_, n) => `campaign-${n}`)];
  for (const name of names) await send('odd', firefox, { query: `utm_campaign=${encodeURIComponent(name)}` });
  await send('odd', firefox, { query: `utm_campaign=${encodeURIComponent(hostile)}` });
  const { page } = await lab.visit(`/?site=odd&sources=utm_campaign`);
  await card(page, 'sources').getByText('8 of 12 values of utm_campaign').waitFor();
  expect((await rowsOf(page, 'sources'))[0]).toBe(`${hostile} 2 15.4%`);
  await card(page, 'sources').getByRole('button', { name: 'Show more' }).click();
  await card(page, 'sources').getByText('12 values of utm_campaign', { exact: true }).waitFor();
  expect(await rowsOf(page, 'sources')).toHaveLength(12);
});
