import axe from 'axe-core';
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type LaunchOptions,
  type Page,
} from 'playwright-core';

/** Chromium that asks nobody for anything of its own. `CHROMIUM_PATH` says where it is; `npm test` finds out. */
export function launchBrowser(more: readonly string[] = [], o: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ ...launchOptions(...more), ...o });
}

/** What `launchBrowser` starts it with, for tests that start it themselves. */
export function launchOptions(...more: string[]): { executablePath: string; args: string[] } {
  return {
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
      ...more,
    ],
  };
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors in the console, uncaught errors and requests to other hosts, in the order they came. */
  readonly problems: readonly string[];
  /** Queries and mutations sent over HTTP so far. */
  readonly graphqlRequests: () => number;
  readonly close: () => Promise<void>;
}

/** A page in a profile of its own. `tolerate` names console errors that the test brings about itself. */
export async function openPage(
  browser: Browser,
  url: string,
  o: { tolerate?: RegExp; context?: BrowserContextOptions; before?: (page: Page) => Promise<unknown> } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'en-US', ...o.context });
  const page = await context.newPage();
  const problems: string[] = [];
  let graphql = 0;
  const note = (text: string) => {
    if (!o.tolerate?.test(text)) problems.push(text);
  };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) note(message.text());
  });
  page.on('pageerror', (error) => note(String(error)));
  page.on('request', (request) => {
    const { host, pathname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && host !== new URL(url).host) note(`request to ${request.url()}`);
    if (pathname === '/graphql') graphql++;
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(url).host) note(`socket to ${socket.url()}`);
  });
  await o.before?.(page);
  await page.goto(url);
  return { page, problems, graphqlRequests: () => graphql, close: () => context.close() };
}

/** What axe-core finds wrong with the page as it stands: one line for each rule that is broken. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(`axe.run().then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
}

/** CSS pixels by which the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
