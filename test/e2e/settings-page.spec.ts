import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';

import { accessibilityFaults, overflow } from '../harness/browser.js';
import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/ask.js';
import { order } from './support/operator-page.js';
import { pageLab } from './support/page-lab.js';

const SLOW = { timeout: 60_000 };

const lab = pageLab();
const { visit } = lab;

/** Noon and eleven at night of three days, of which the last is later in Tokyo. */
const DAYS = ['2026-03-26', '2026-03-27', '2026-03-28'];
const PATHS = ['/', '/pricing', '/users/1', '/users/2', '/admin/a', '/admin/b'];

beforeAll(async () => {
  const events = DAYS.flatMap((day) =>
    PATHS.flatMap((path) =>
      ['12', '23'].map((hour) => ({
        siteId: 'shop',
        eventType: 'page_view',
        path,
        visitorId: `visitor of ${path}`,
        timestamp: `${day}T${hour}:00:00Z`,
      })),
    ),
  );
  const answer = await fetch(`${lab.stack.url}/api/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  expect(await answer.json()).toMatchObject({ stored: events.length });
  await waitFor(async () => (await served()).views['2026-03-28'] === 12, SLOW);
});

async function served(): Promise<{ timeZone: string; views: Record<string, number> }> {
  const { data } = await ask(
    lab.stack,
    `{ site(id: "shop") { timeZone dailyStats(range: { from: "2026-03-26", to: "2026-03-30" }) { day pageViews } } }`,
  );
  const site = data?.['site'] as {
    timeZone: string;
    dailyStats: { day: string; pageViews: number }[];
  } | null;
  const days = site?.dailyStats.map(({ day, pageViews }) => [day, pageViews]) ?? [];
  return { timeZone: site?.timeZone ?? '', views: Object.fromEntries(days) as Record<string, number> };
}

const rules = (page: Page) => page.getByRole('region', { name: 'Rules' });
const preview = (page: Page) => page.getByRole('region', { name: 'Preview', exact: true });

test('a rule is previewed, applied and undone, a zone is changed, and the trail tells it', async () => {
  const { page } = await visit('/?site=shop');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings of shop', level: 1 }).waitFor();
  expect(new URL(page.url()).search).toBe('?site=shop');
  await rules(page).getByText('No rules: every event counts').waitFor();

  // A fault stands at its field.
  const pattern = page.getByLabel('Path or pattern');
  await pattern.fill('admin/**');
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await rules(page).getByText('pattern must start with "/", such as "/pricing"').first().waitFor();
  expect(await pattern.getAttribute('aria-invalid')).toBe('true');

  await pattern.fill('/admin/**');
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await preview(page).getByText('−12 (−33.3%) page views').waitFor(SLOW);
  await preview(page).getByRole('img', { name: 'Page views per day, before and after' }).waitFor();
  expect(await preview(page).getByRole('region', { name: 'Days that change' }).innerText()).toMatch(
    /Mar 27, 2026\s+12\s+8\s+−4 \(−33.3%\)\s+6\s+4/,
  );
  expect(await preview(page).getByRole('region', { name: 'Paths that change most' }).innerText()).toMatch(
    /\/admin\/b\s+6\s+–\s+−6/,
  );
  expect(await accessibilityFaults(page)).toEqual([]);
  // Nothing was changed by looking.
  expect((await served()).views['2026-03-27']).toBe(12);

  await preview(page).getByRole('button', { name: 'Apply the rule' }).click();
  const line = rules(page).getByRole('listitem').filter({ hasText: 'Leaves out /admin/**' });
  await line.waitFor(SLOW);
  await preview(page).waitFor({ state: 'detached' });
  await page.locator('.line[data-state=served]').waitFor(SLOW);
  expect((await served()).views).toMatchObject({ '2026-03-26': 8, '2026-03-27': 8, '2026-03-28': 8 });

  await order(page, 'Undo last change', 'Undo');
  await rules(page).getByText('No rules: every event counts').waitFor(SLOW);
  await waitFor(async () => (await served()).views['2026-03-27'] === 12, SLOW);

  const zone = page.getByLabel('Days and hours begin in');
  await zone.fill('Atlantis');
  await page.getByText('Choose a zone of the list').waitFor();
  await zone.fill('asia/tokyo');
  await page.getByText(/^It is .* there now\.$/).waitFor();
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await waitFor(async () => (await served()).timeZone === 'Asia/Tokyo', SLOW);
  expect((await served()).views).toMatchObject({ '2026-03-26': 6, '2026-03-27': 12, '2026-03-29': 6 });
  await page
    .getByRole('region', { name: 'Figures that are made anew' })
    .waitFor({ state: 'detached', ...SLOW });
  await waitFor(async () => (await zone.inputValue()) === 'Asia/Tokyo', SLOW);

  await page.getByLabel('As people know it').fill('The shop');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('heading', { name: 'Settings of The shop', level: 1 }).waitFor();

  const trail = page.getByRole('region', { name: 'Changes of the settings' });
  await waitFor(async () => (await trail.locator('tbody tr').count()) === 6);
  expect((await trail.locator('tbody tr').allInnerTexts()).map((row) => row.split('\t').slice(1))).toEqual([
    ['local-operator', 'name', 'shop', 'The shop'],
    ['local-operator', 'time zone', 'UTC', 'Asia/Tokyo'],
    ['local-operator', 'rule', 'Leaves out /admin/**', '–'],
    ['local-operator', 'rule', '–', 'Leaves out /admin/**'],
    ['local-operator', 'name', '–', 'shop'],
    ['local-operator', 'partition', '–', expect.stringMatching(/^\d$/) as string],
  ]);
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.each([1440, 360])('%s px wide: accessible, and nothing is cut off', async (width) => {
    const { page } = await visit('/settings?site=shop', {
      context: { colorScheme, viewport: { width, height: 900 } },
    });
    await page.getByLabel('What it does').selectOption('Show many paths as one');
    await page.getByLabel('Pattern').fill('/users/*');
    await page.getByLabel('Shown as').fill('/users/:id');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await preview(page).getByText('±0 page views').waitFor(SLOW);
    await page.getByRole('region', { name: 'Changes of the settings' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await preview(page).getByRole('button', { name: 'Close' }).click();
    await preview(page).waitFor({ state: 'detached' });
  });
});

test('a site that is not there is said to be not there', async () => {
  const { page } = await visit('/settings?site=nowhere');
  await page.getByRole('heading', { name: 'There is no site nowhere' }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
});
