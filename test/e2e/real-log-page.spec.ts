import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launchBrowser, openPage, type WatchedPage } from '../harness/browser.js';
import { runCommand, startStack, type Stack } from '../harness/stack.js';
import { expectDaysOnPage, waitForFigures } from './support/dashboard.js';
import { expected, missing, realLog } from './support/real-log.js';

describe.skipIf(missing)('the real log on the page', () => {
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
    await run('import', '--site', 'real', realLog);
    await expectAll();
  });

  test('has them after a second import', async () => {
    await run('import', '--site', 'real', realLog);
    await expectAll();
  });

  test('has them after everything was rebuilt from the log', async () => {
    await run('replay');
    await expectAll();
  });
});
