import { createServer, type IncomingMessage } from 'node:http';
import type { BrowserContext, Page } from 'playwright-core';
import { decodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import { openLog, readAll } from '../../harness/event-log.js';
import { testPort } from '../../harness/ports.js';
import type { Stack } from '../../harness/stack.js';
import { waitFor } from '../../harness/wait-for.js';
import { ask } from './ask.js';

export interface TrackedSite {
  /** The site's ID. */
  readonly id: string;
  /** Without a slash at its end. */
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export interface SiteOptions {
  /** Of the script tag, beside `src` and `data-site`. */
  readonly attributes?: string;
  /** Before the script tag. */
  readonly head?: string;
  /** What the page at this address says; any other has a line of its own. */
  readonly pages?: Readonly<Record<string, string>>;
  /** Instead of the whole page. */
  readonly documents?: Readonly<Record<string, string>>;
  /** Default: that of the product. */
  readonly script?: string;
}

/** A website on a host of its own, each page of which is tracked by the product. */
export async function startSite(stack: Stack, id: string, o: SiteOptions = {}): Promise<TrackedSite> {
  const script = `<script defer src="${o.script ?? `${stack.url}/t.js`}" data-site="${id}" ${o.attributes ?? ''}></script>`;
  const pageAt = (path: string) =>
    o.documents?.[path] ??
    `<!doctype html><html lang="en"><head><title>Title of ${path}</title><link rel="icon" href="data:,">${o.head ?? ''}${script}</head>
     <body><h1>${path}</h1>${o.pages?.[path] ?? ''}</body></html>`;
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    asked.push(pathname);
    if (/\.js$/.test(pathname)) response.setHeader('content-type', 'text/javascript');
    else if (/\.(pdf|zip)$/.test(pathname)) response.setHeader('content-type', 'application/octet-stream');
    else response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(pageAt(pathname));
  });
  const port = await testPort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    id,
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const OF_ITSELF = ['engagement', 'web_vitals'];

export interface Recorded {
  /** The site's events in the log, each once, in the order of their IDs. */
  of(site: string): Promise<StoredEvent[]>;
  /**
   * Waits until the site has exactly these types of events, in this order. What a slow machine may add by itself is
   * looked at only where it is named.
   */
  types(site: string, ...expected: string[]): Promise<StoredEvent[]>;
  close(): Promise<void>;
}

/** Reads the log of the product, as it is on disk. */
export async function openRecords(stack: Stack): Promise<Recorded> {
  const { natsUrl, natsMonitorUrl } = stack.runtime;
  const log = await openLog({ url: natsUrl, monitorUrl: natsMonitorUrl ?? '' });
  const all = async (site: string) => {
    const partitions = await Promise.all(
      Array.from({ length: log.partitions }, (_, partition) => readAll(log, partition)),
    );
    return partitions.flat().flatMap(({ line }) => {
      const decoded = decodeEvent(line);
      if (!decoded.ok) throw new Error(`the log holds ${decoded.reason}: ${decoded.detail}`);
      return decoded.event.site === site ? [decoded.event] : [];
    });
  };
  const of = async (site: string) => {
    const byId = new Map((await all(site)).map((event) => [event.id, event]));
    return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  return {
    of,
    async types(site, ...expected) {
      let found: StoredEvent[] = [];
      await waitFor(
        async () => {
          found = (await of(site)).filter(({ type }) => expected.includes(type) || !OF_ITSELF.includes(type));
          return String(found.map(({ type }) => type)) === String(expected);
        },
        {
          timeout: 20_000,
          interval: 100,
          message: () =>
            `${expected.join(', ')} in the log; it has ${found.map(({ type }) => type).join(', ')}`,
        },
      );
      return found;
    },
    close: () => log.close(),
  };
}

/** Waits until the read models count so many events of the site, and no more a moment later. */
export async function expectCounted(stack: Stack, site: string, events: number): Promise<void> {
  const day = (shift: number) => new Date(Date.now() + shift * 86_400_000).toISOString().slice(0, 10);
  const counted = async () => {
    const { data } = await ask(
      stack,
      'query ($site: ID!, $range: DateRangeInput!) { site(id: $site) { totals(range: $range) { current { events } } } }',
      { site, range: { from: day(-1), to: day(1) } },
    );
    return (data as { site: { totals: { current: { events: number } } } | null } | null)?.site?.totals.current
      .events;
  };
  let found: number | undefined;
  await waitFor(async () => (found = await counted()) === events, {
    message: () => `${events} events counted; ${found} are`,
  });
}

export interface Visit {
  readonly page: Page;
  /** Errors and warnings in the console, uncaught errors. */
  readonly said: string[];
}

/** Opens a page and notes what goes wrong on it. */
export async function visit(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(url);
  return { page, said };
}

/** Waits until nothing waits in the browser to be sent. */
export async function sentAll(page: Page): Promise<void> {
  await waitFor(async () => (await kept(page)).length === 0, {
    message: 'nothing to be kept in the browser',
  });
}

/** The types of the events that wait in this browser. */
export function kept(page: Page): Promise<string[]> {
  return page.evaluate(
    `Object.keys(localStorage).filter((key) => key.startsWith('tidemark:')).sort().map((key) => JSON.parse(localStorage[key]).eventType)`,
  );
}
