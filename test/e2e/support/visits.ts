import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import { openPage, type WatchedPage } from '../../harness/browser.js';

/** The pages that a test has open: each has to stay free of errors and foreign requests until they are closed. */
export class Visits {
  private readonly open: WatchedPage[] = [];

  async visit(browser: Browser, url: string, o: Parameters<typeof openPage>[2] = {}): Promise<WatchedPage> {
    const watched = await openPage(browser, url, o);
    this.open.push(watched);
    return watched;
  }

  async close(): Promise<void> {
    const problems = this.open.flatMap((watched) => watched.problems);
    await Promise.all(this.open.splice(0).map((watched) => watched.close()));
    expect(problems).toEqual([]);
  }
}
