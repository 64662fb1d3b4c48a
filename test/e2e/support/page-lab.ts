import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

import { launchBrowser, openPage, type WatchedPage } from '../../harness/browser.js';
import { startStack, type Stack, type StackOptions } from '../../harness/stack.js';

export interface PageLab {
  readonly stack: Stack;
  /** A page of the dashboard, open until the test ends; it has to stay free of errors and foreign requests. */
  readonly visit: (path: string, o?: Parameters<typeof openPage>[2]) => Promise<WatchedPage>;
}

/** The whole product and a browser: for all tests of the file that calls it. */
export function pageLab(options: StackOptions = {}): PageLab {
  let stack: Stack;
  let browser: Browser;
  const open: WatchedPage[] = [];
  beforeAll(async () => {
    stack = await startStack({ web: true, ...options });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });
  afterEach(async () => {
    const problems = open.flatMap((watched) => watched.problems);
    await Promise.all(open.splice(0).map((watched) => watched.close()));
    expect(problems).toEqual([]);
  });
  return {
    get stack() {
      return stack;
    },
    visit: async (path, o) => {
      const watched = await openPage(browser, new URL(path, stack.url).href, o);
      open.push(watched);
      return watched;
    },
  };
}
