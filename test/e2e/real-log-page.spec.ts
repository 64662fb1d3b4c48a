import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launchBrowser, openPage, type WatchedPage } from '../harness/browser.js';
import { runCommand, startStack, type Stack } from '../harness/stack.js';
import { expectDaysOnPage, waitForFigures, type Day } from './support/dashboard.js';

/** As in real-log.spec.ts: they lie beside the checkout, not in it. */
const folder = resolve(import.meta.dirname, '../../../shared/data');
const log = resolve(folder, 'semicomplete-2015-05.access.log.gz');
const figures = resolve(folder, 'semicomplete-2015-05.expected.json');
const missing = !existsSync(log) || !existsSync(figures);
if (missing)
  console.warn(`\nSKIPPED: the real log is not at ${log}, so the page was NOT compared with it.\n`);

interface Expected {
  readonly events: number;
  readonly uniqueVisitorsOverall: number;
  readonly days: Readonly<Record<string, Day>>;
}

describe.skipIf(missing)('the real log on the page', () => {
  const expected = missing
    ? { events: 0, uniqueVisitorsOverall: 0, days: {} }
    : (JSON.parse(readFileSync(figures, 'utf8')) as Expected);
  let stack: Stack;
  let browser: Browser;
  let watched: WatchedPage;

  beforeAll(async () => {
    stack = await startStack({ web: true });
    browser = await launchBrowser();
    watched = await openPage(browser, stack.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  async function expectAll(): Promise<void> {
    await expectDaysOnPage(watched.page, stack.url, 'real', expected.days);
    const days = Object.keys(expected.days);
    await watched.page.goto(`${stack.url}/?site=real&from=${days[0] ?? ''}&to=${days.at(-1) ?? ''}`);
    await waitForFigures(watched.page, {
      pageViews: expected.events,
      uniqueVisitors: expected.uniqueVisitorsOverall,
      events: expected.events,
    });
    expect(watched.problems).toEqual([]);
  }
  const run = async (...args: string[]) =>
    expect(await runCommand(stack.dataDir, ...args)).toMatchObject({ code: 0 });

  test('has the expected figures', async () => {
    await run('import', '--site', 'real', log);
    await expectAll();
  });

  test('has them after a second import', async () => {
    await run('import', '--site', 'real', log);
    await expectAll();
  });

  test('has them after everything was rebuilt from the log', async () => {
    await run('replay');
    await expectAll();
  });
});
