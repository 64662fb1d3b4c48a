import { beforeAll, describe, expect, test } from 'vitest';

import { accessibilityFaults, overflow } from '../harness/browser.js';
import { runCommand } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/ask.js';
import { shownFigures, waitForFigures } from './support/dashboard.js';
import { focusedPart, order, streamViews, watchFigure } from './support/operator-page.js';
import { pageLab } from './support/page-lab.js';

const HISTORY = 40_000;
const SLOW = { timeout: 120_000 };

// A build that takes as little of the machine as can be set lasts long enough to be watched.
const lab = pageLab({ env: { TIDEMARK_REBUILD_SHARE: '0.05' } });

/** Of each projection in each partition. */
async function lags(): Promise<number[]> {
  const { data } = await ask(lab.stack, '{ projections { partitions { lag } } }');
  const all = data?.['projections'] as { partitions: { lag: number }[] }[];
  return all.flatMap(({ partitions }) => partitions.map(({ lag }) => lag));
}

const { visit } = lab;

beforeAll(async () => {
  const demo = await runCommand(lab.stack.dataDir, 'demo', '--events', String(HISTORY), '--sites', 'shop');
  expect(demo.code, demo.stderr).toBe(0);
  await waitFor(async () => (await lags()).every((lag) => lag === 0), { timeout: 60_000 });
});

test('the header leads there and back, by mouse and by keyboard, and so does the address', async () => {
  const { page } = await visit('/?site=shop');
  await page.getByRole('link', { name: 'Projections' }).click();
  await page.getByRole('heading', { name: 'Projections', level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/projections');
  expect(await page.title()).toBe('Projections · Tidemark');
  expect(await page.evaluate('document.activeElement.id')).toBe('main');

  await page.getByRole('link', { name: 'Figures' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'shop', level: 1 }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Projections', level: 1 }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Projections', level: 1 }).waitFor();
});

test('while events stream in, a projection is rebuilt, compared, switched and switched back, and no served figure falters', async () => {
  const figures = await visit('/?site=shop');
  await figures.page.getByText('Live', { exact: true }).waitFor();
  await waitFor(async () => (await shownFigures(figures.page)).events > 0);
  const { pageViews: before } = await shownFigures(figures.page);
  const seenViews = await watchFigure(figures.page, 'pageViews');
  const { page, graphqlRequests } = await visit('/projections');
  const card = page.getByRole('region', { name: 'daily_aggregates', exact: true });
  const badge = (generation: number) => card.locator(`[data-generation="${generation}"] .badge`);
  const orders = page.getByRole('region', { name: 'Orders' });
  await badge(1).getByText('served').waitFor();
  const stop = streamViews(lab.stack.url, 'shop');
  try {
    await order(page, 'Rebuild daily_aggregates', 'Rebuild');
    await card.getByRole('progressbar', { name: 'Generation 2 of daily_aggregates' }).waitFor(SLOW);
    await orders.getByText(/Rebuild daily_aggregates · [\d,]+ of [\d,]+ events/).waitFor(SLOW);
    await badge(2).getByText('built').waitFor(SLOW);
    await orders.getByText('Rebuild daily_aggregates · done').waitFor(SLOW);

    await card.getByRole('button', { name: 'Compare generation 2 of daily_aggregates' }).click();
    await card.getByText(/^No difference: all rows of \d+ days are the same\.$/).waitFor(SLOW);
    await card.getByRole('img', { name: /per day, Served \(1\) and Generation 2/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await card.getByLabel('Days to compare').selectOption('Last 30 days');
    await card.getByText(/^No difference: all rows of (29|30) days are the same\.$/).waitFor(SLOW);
    await card.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await page.evaluate('document.activeElement.ariaLabel')).toMatch(/^Compare generation 2 /);

    const asked = graphqlRequests();
    await order(page, 'Switch daily_aggregates to generation 2', 'Switch');
    await badge(2).getByText('served').waitFor(SLOW);
    await badge(1).getByText('kept').waitFor();
    await order(page, 'Switch back daily_aggregates to generation 1', 'Switch back');
    await badge(1).getByText('served').waitFor(SLOW);
    await order(page, 'Retire generation 2 of daily_aggregates', 'Retire');
    await card.locator('[data-generation="2"]').waitFor({ state: 'detached', ...SLOW });
    expect(await focusedPart(page)).toBe('projection-daily_aggregates');
    // What moved, moved by the subscription: the three orders are all that was sent.
    expect(graphqlRequests()).toBe(asked + 3);
  } finally {
    await stop();
  }
  const total = before + (await stop());
  await waitForFigures(figures.page, { pageViews: total });
  const seen = await seenViews();
  expect(seen.length).toBeGreaterThan(3);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen[0]).toBe(before);
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.each([1440, 360])('%s px wide: accessible, and nothing is cut off', async (width) => {
    const { page } = await visit('/projections', {
      context: { colorScheme, viewport: { width, height: 900 } },
    });
    await page.getByText('Positions by partition').first().click();
    await page.getByText('None: every event of the log is in the figures.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await page.getByRole('button', { name: 'Rebuild top_paths' }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Rebuild top_paths');
    expect(await overflow(page)).toBe(0);
  });
});
