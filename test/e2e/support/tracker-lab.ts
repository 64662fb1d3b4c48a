import type { Browser, BrowserContext, BrowserContextOptions, LaunchOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launchBrowser } from '../../harness/browser.js';
import { startStack, type Stack } from '../../harness/stack.js';
import { openRecords, startSite, type Recorded, type SiteOptions, type TrackedSite } from './tracked-site.js';

export interface TrackerLab {
  stack: Stack;
  browser: Browser;
  records: Recorded;
  /** A new one for each test. */
  context: BrowserContext;
  /** A website with an ID of its own, until the test ends. */
  site(o?: SiteOptions): Promise<TrackedSite>;
}

/** The product, a browser, and websites that the product tracks, for the tests of the file that calls this. */
export function trackerLab(o: { context?: BrowserContextOptions; launch?: LaunchOptions } = {}): TrackerLab {
  const sites: TrackedSite[] = [];
  let number = 0;
  const lab = {
    site: async (options?: SiteOptions) => {
      const started = await startSite(lab.stack, `site-${++number}`, options);
      sites.push(started);
      return started;
    },
  } as TrackerLab;
  beforeAll(async () => {
    lab.stack = await startStack({ web: true });
    lab.browser = await launchBrowser([], o.launch);
    lab.records = await openRecords(lab.stack);
  });
  beforeEach(async () => {
    lab.context = await lab.browser.newContext(o.context);
  });
  afterEach(async () => {
    await lab.context.close();
    await Promise.all(sites.splice(0).map((each) => each.close()));
  });
  afterAll(async () => {
    await lab.records?.close();
    await lab.browser?.close();
    await lab.stack?.stop();
  });
  return lab;
}
