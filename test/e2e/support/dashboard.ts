import type { Page } from 'playwright-core';
import { expect } from 'vitest';

import { waitFor } from '../../harness/wait-for.js';

/** The figures as the page shows them, read as numbers. */
export interface ShownFigures {
  readonly pageViews: number;
  readonly uniqueVisitors: number;
  readonly events: number;
}

const toNumber = (text: string | null): number => Number((text ?? '').replaceAll(',', ''));

export async function shownFigures(page: Page): Promise<ShownFigures> {
  const figure = async (key: keyof ShownFigures) =>
    toNumber(await page.locator(`[data-figure=${key}] .figure-value`).textContent({ timeout: 1_000 }));
  return {
    pageViews: await figure('pageViews'),
    uniqueVisitors: await figure('uniqueVisitors'),
    events: await figure('events'),
  };
}

/** Waits until the page shows these figures (some or all). */
export async function waitForFigures(page: Page, expected: Partial<ShownFigures>): Promise<void> {
  let last: ShownFigures | undefined;
  await waitFor(
    async () => {
      last = await shownFigures(page);
      return Object.entries(expected).every(([key, value]) => last?.[key as keyof ShownFigures] === value);
    },
    { message: () => `${JSON.stringify(expected)} on the page; it shows ${JSON.stringify(last)}` },
  );
}

/** The rows of "Top paths". */
export async function shownPaths(page: Page): Promise<{ path: string; views: number; share: string }[]> {
  const rows = await page.locator('.top-paths .bar-list tbody tr').all();
  return Promise.all(
    rows.map(async (row) => {
      const [views, share] = await row.locator('td').allTextContents();
      return {
        path: (await row.locator('th').textContent()) ?? '',
        views: toNumber(views ?? ''),
        share: share ?? '',
      };
    }),
  );
}

/** Sends page views to the server at `url`, each with its own visitor; fails unless all are stored. */
export async function sendViews(url: string, siteId: string, ...paths: string[]): Promise<void> {
  const timestamp = new Date().toISOString();
  const events = paths.map((path) => ({ siteId, eventType: 'page_view', path, timestamp }));
  const answer = await fetch(`${url}/api/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  const { stored } = (await answer.json()) as { stored: number };
  if (stored !== paths.length)
    throw new Error(`${stored} of ${paths.length} events stored (${answer.status})`);
}

export interface Day {
  readonly totalViews: number;
  readonly uniqueUsers: number;
  readonly distinctPaths: number;
  readonly topPaths: readonly { readonly path: string; readonly views: number }[];
}

/** Opens the dashboard for each day and expects the figures and the ten top paths that are given. */
export async function expectDaysOnPage(
  page: Page,
  url: string,
  siteId: string,
  days: Readonly<Record<string, Day>>,
): Promise<void> {
  for (const [day, { totalViews, uniqueUsers, distinctPaths, topPaths }] of Object.entries(days)) {
    await page.goto(`${url}/?site=${siteId}&from=${day}&to=${day}`);
    await waitForFigures(page, { pageViews: totalViews, uniqueVisitors: uniqueUsers, events: totalViews });
    await page.getByText(`10 of ${distinctPaths.toLocaleString('en-US')} paths`).waitFor();
    const paths = await shownPaths(page);
    expect(paths.map(({ path, views }) => ({ path, views }))).toEqual(topPaths);
  }
}
