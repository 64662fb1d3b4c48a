import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '#database/pool.js';
import { launchBrowser, openPage } from '../harness/browser.js';
import { runCommand, startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { sendViews, shownFigures, shownPaths, waitForFigures } from './support/dashboard.js';
import { order, streamViews } from './support/operator-page.js';
import { faltered, watchFigures } from './support/steady-figures.js';

const SLOW = { timeout: 120_000 };
const DAY = 86_400_000;
// Past midnight too, the days shown stay the same.
const from = new Date(Date.now() - 60 * DAY).toISOString().slice(0, 10);
const to = new Date(Date.now() + DAY).toISOString().slice(0, 10);
const lately = new Date(Date.now() - DAY).toISOString().slice(0, 10);
const site = 'shop';

let stack: Stack;
let browser: Browser;
beforeAll(async () => {
  stack = await startStack({ web: true });
  browser = await launchBrowser();
  const demo = await runCommand(stack.dataDir, 'demo', '--events', '20000', '--sites', site);
  expect(demo.code, demo.stderr).toBe(0);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

test(
  'whatever is rebuilt and switched while events stream in, no figure falls and none is missing',
  { timeout: 300_000 },
  async () => {
    const figures = await openPage(browser, `${stack.url}/?site=${site}&from=${from}&to=${to}`);
    await figures.page.getByText('Live', { exact: true }).waitFor(SLOW);
    await waitFor(async () => (await shownFigures(figures.page)).events > 0);
    // Each panel has a query of its own: what has not come yet would look as if it went missing.
    await waitFor(async () => (await shownPaths(figures.page)).length > 0);
    const { pageViews: before } = await shownFigures(figures.page);
    const watch = await watchFigures(figures.page, { site, from, to, lately });
    const { page, problems } = await openPage(browser, `${stack.url}/projections`);
    const stop = streamViews(stack.url, site);
    try {
      for (const name of ['daily_aggregates', 'top_paths', 'unique_visitors']) {
        const card = page.getByRole('region', { name, exact: true });
        const badge = (generation: number) => card.locator(`[data-generation="${generation}"] .badge`);
        await order(page, `Rebuild ${name}`, 'Rebuild');
        await badge(2).getByText('built').waitFor(SLOW);
        await order(page, `Switch ${name} to generation 2`, 'Switch');
        await badge(2).getByText('served').waitFor(SLOW);
        await order(page, `Switch back ${name} to generation 1`, 'Switch back');
        await badge(1).getByText('served').waitFor(SLOW);
      }
    } finally {
      await stop();
    }
    const total = before + (await stop());
    await waitForFigures(figures.page, { pageViews: total });
    await watch.stop();
    const [shown, polled] = [await watch.shown(), await watch.polled()];
    expect([...faltered(shown), ...faltered(polled)]).toEqual([]);
    expect(polled['largestGap']).toEqual([0]);
    expect(shown['pageViews']?.[0]).toBe(before);
    for (const name of ['pageViews', 'uniqueVisitors', 'events', 'topPath']) {
      expect(shown[name]?.length, name).toBeGreaterThan(3);
    }
    expect(polled['answers']?.[0]).toBeGreaterThan(50);
    expect([...figures.problems, ...problems]).toEqual([]);

    // The control: a read model that does lose something is seen by the same eyes, on the page and by asking.
    const again = await watchFigures(figures.page, { site, from, to, lately });
    const pool = createPool(stack.runtime.databaseUrl, { max: 1 });
    await pool.query(
      'UPDATE daily_aggregates_g1 SET page_views = page_views - 5, events = events - 5 WHERE page_views > 5',
    );
    await pool.end();
    await sendViews(stack.url, site, '/after');
    await waitFor(async () => faltered(await again.shown()).some((fall) => fall.startsWith('pageViews: ')));
    await waitFor(async () => faltered(await again.polled()).some((fall) => fall.startsWith('pageViews: ')));
    expect((await again.polled())['largestGap']?.[0]).toBeGreaterThan(0);
    await again.stop();
    await Promise.all([figures.close(), page.context().close()]);
  },
);
