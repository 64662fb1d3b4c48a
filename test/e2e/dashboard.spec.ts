import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { accessibilityFaults, overflow } from '../harness/browser.js';
import { waitFor } from '../harness/wait-for.js';
import { sendViews, shownPaths, waitForFigures } from './support/dashboard.js';
import { pageLab } from './support/page-lab.js';

const today = () => new Date().toISOString().slice(0, 10);
const AWAY = /ERR_CONNECTION_REFUSED|ERR_FAILED|WebSocket connection to|503/;

const lab = pageLab();

const { visit } = lab;

test('all JavaScript that the figures load is under 250 KB compressed, and none of it is the other page’s', async () => {
  const loaded: string[] = [];
  const before = async (opened: Page) => {
    opened.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.endsWith('.js')) loaded.push(pathname);
    });
  };
  const { page } = await visit('/', { before });
  await page.getByRole('heading', { name: 'Send the first event' }).waitFor();
  await waitFor(() => loaded.some((name) => name.includes('time-chart')), { message: 'the chart’s code' });
  expect(loaded.filter((name) => name.includes('projections'))).toEqual([]);
  const folder = join(import.meta.dirname, '../../dist/web');
  const bytes = loaded.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
  expect(bytes).toBeLessThan(250_000);
});

test('before the first event the page says how to send one, and turns into the dashboard when it comes', async () => {
  const { page, graphqlRequests } = await visit('/');
  await page.getByRole('heading', { name: 'Send the first event' }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByLabel('Site name').fill('shop');
  const command = await page.getByLabel('From a terminal').textContent();
  await page.evaluate('window.sameDocument = true');

  execFileSync('sh', ['-c', command ?? 'exit 1'], { stdio: 'pipe' });
  await page.getByRole('heading', { name: 'shop', level: 1 }).waitFor();
  await waitForFigures(page, { pageViews: 1, uniqueVisitors: 1, events: 1 });

  // From here on nothing is asked for: what moves, moves by the subscription.
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByText('1 path', { exact: true }).waitFor();
  const asked = graphqlRequests();
  await sendViews(lab.stack.url, 'shop', '/blog/a', '/blog/a', '/pricing', '/blog/b');
  await waitForFigures(page, { pageViews: 5, uniqueVisitors: 5, events: 5 });
  await page.getByText('5 page views today').waitFor();
  expect(await shownPaths(page)).toEqual([
    { path: '/blog/a', views: 2, share: '40.0%' },
    { path: '/', views: 1, share: '20.0%' },
    { path: '/blog/b', views: 1, share: '20.0%' },
    { path: '/pricing', views: 1, share: '20.0%' },
  ]);
  expect(graphqlRequests()).toBe(asked);
  expect(await page.evaluate('window.sameDocument')).toBe(true);
});

test('the range is in the address: a link shows the same, and back goes back', async () => {
  const { page } = await visit('/?site=shop');
  await page.getByRole('button', { name: 'Today', exact: true }).click();
  await page.getByRole('heading', { name: 'Views by hour' }).waitFor();
  expect(page.url()).toBe(`${lab.stack.url}/?site=shop&from=${today()}&to=${today()}`);

  await page.getByRole('button', { name: 'Custom' }).click();
  await page.getByLabel('From', { exact: true }).fill('2020-02-10');
  await page.getByLabel('To', { exact: true }).fill('2020-02-01');
  await page.getByRole('button', { name: 'Show these days' }).click();
  await page.getByText('The first day must not be after the last day.').waitFor();
  await page.getByLabel('From', { exact: true }).fill('2020-02-01');
  await page.getByLabel('To', { exact: true }).fill('2020-02-29');
  await page.getByRole('button', { name: 'Show these days' }).click();
  await page.getByText('No events in this range').waitFor();

  const link = await visit(page.url().slice(lab.stack.url.length));
  await link.page.getByText('Feb 1 – 29, 2020').first().waitFor();
  await link.page.getByRole('button', { name: /^Show / }).click();
  await waitForFigures(link.page, { pageViews: 5 });

  await page.goBack();
  await page.getByRole('heading', { name: 'Views by hour' }).waitFor();
  await waitForFigures(page, { pageViews: 5 });
});

test('paths are filtered by how they start, literally', async () => {
  const { page } = await visit('/?site=shop');
  const filter = page.getByRole('searchbox');
  await filter.fill('/blog');
  await page.getByText('2 paths', { exact: true }).waitFor();
  expect((await shownPaths(page)).map(({ path }) => path)).toEqual(['/blog/a', '/blog/b']);
  expect(page.url()).toContain('&path=/blog');
  await filter.fill('/%');
  await page.getByText('No viewed path starts with “/%”.').waitFor();
  await filter.fill('');
  await page.getByText('4 paths', { exact: true }).waitFor();
  expect(page.url()).not.toContain('path=');
});

test('a path is text, however it is written, and a long list is shown on request', async () => {
  const hostile = '/<img src=x onerror=alert(1)>';
  const long = `/${'long'.repeat(200)}`;
  await sendViews(lab.stack.url, 'odd', hostile, hostile, hostile, long, long);
  await sendViews(lab.stack.url, 'odd', ...Array.from({ length: 40 }, (_, index) => `/page-${index}`));
  const { page } = await visit('/?site=odd', { context: { viewport: { width: 360, height: 740 } } });
  await waitForFigures(page, { pageViews: 45 });
  // Paths are a question of their own.
  await page.getByText('10 of 42 paths').waitFor();
  expect((await shownPaths(page)).slice(0, 2).map(({ path }) => path)).toEqual([hostile, long]);
  expect(await page.getByTitle(long, { exact: true }).count()).toBe(1);
  expect(await overflow(page)).toBe(0);
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('30 of 42 paths').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('42 paths', { exact: true }).waitFor();
});

test('the chart is also a table', async () => {
  const { page } = await visit('/?site=shop');
  await page.getByRole('img', { name: /Page views and Visitors per day, 30 days/ }).waitFor();
  await page.getByRole('button', { name: 'Table' }).click();
  const [first] = await page.locator('.values tbody tr').all();
  expect(await first?.locator('td').allTextContents()).toEqual(['5', '5']);
});

test('without the code of the chart its values are still shown', async () => {
  const { page } = await visit('/?site=shop', {
    tolerate: /ERR_FAILED|dynamically imported module/,
    before: (opened) => opened.route('**/time-chart-*.js', (route) => route.abort()),
  });
  await page.getByRole('region', { name: 'Values over time' }).waitFor();
  await waitForFigures(page, { pageViews: 5 });
});

test('the theme follows the system until one is chosen, and the choice is there before the first paint', async () => {
  const { page } = await visit('/?site=shop', { context: { colorScheme: 'dark' } });
  const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const dark = await ground();
  await page.getByRole('button', { name: 'Use the light theme' }).click();
  expect(await ground()).not.toBe(dark);
  // Scripts of the app are held back: only what runs before the first paint is at work.
  await page.route('**/assets/*.js', () => undefined);
  await page.reload({ waitUntil: 'commit' });
  await page.locator('#root').waitFor({ state: 'attached' });
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.each([1440, 768, 360])('%s px wide: accessible, and nothing is cut off', async (width) => {
    const context = { colorScheme, viewport: { width, height: 900 } };
    const { page } = await visit('/?site=shop', { context });
    await waitForFigures(page, { pageViews: 5 });
    await page.getByRole('img', { name: /Page views/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    for (const opener of await page.locator('.range-custom').all()) {
      await opener.click();
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      const focused = await page.evaluate('document.activeElement.textContent');
      expect(focused).toBe(await opener.textContent());
      expect(await overflow(page)).toBe(0);
    }
  });
});

test('an API that never answered: a clear error, and the figures once it is back', async () => {
  let away = true;
  let asked = 0;
  const { page } = await visit('/?site=shop', {
    tolerate: AWAY,
    before: async (opened) => {
      await opened.route('**/graphql', (route) => {
        if (route.request().postData()?.includes('query Session')) asked++;
        return away ? route.abort() : route.continue();
      });
      await opened.routeWebSocket('**/graphql', (socket) => {
        if (away) void socket.close();
        else socket.connectToServer();
      });
    },
  });
  await page.getByRole('alert').getByText('The figures could not be loaded').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  const again = await page.getByRole('button', { name: 'Try again' }).elementHandle();
  // What is on the page stays on it, and keeps the focus, however often the page tries.
  await again?.evaluate((button) => (button as HTMLElement).focus());
  await expect.poll(() => asked, { timeout: 60_000 }).toBeGreaterThan(2);
  expect(await again?.evaluate((button) => button === document.activeElement)).toBe(true);
  away = false;
  // The page tries by itself too, and the button may be gone by then.
  await again?.evaluate((button) => (button as HTMLElement).click());
  await waitForFigures(page, { pageViews: 5 });
});

test('an API that goes away: the last figures stay, with a notice, and move on when it is back', async () => {
  const { page } = await visit('/?site=shop', { tolerate: AWAY });
  await waitForFigures(page, { pageViews: 5 });
  await page.getByText('Live', { exact: true }).waitFor();
  await lab.stack.kill('SIGTERM');
  await page.getByText('Live updates are interrupted.').waitFor();
  await page.getByText('Reconnecting', { exact: true }).waitFor();
  await waitForFigures(page, { pageViews: 5 });
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Last 7 days' }).click();
  await page.getByText('The figures could not be loaded').waitFor();

  await lab.stack.restart();
  await sendViews(lab.stack.url, 'shop', '/after');
  await waitForFigures(page, { pageViews: 6 });
  await waitFor(async () => (await page.getByText('interrupted').count()) === 0, { message: 'no notice' });
});
