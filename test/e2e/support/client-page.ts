import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';

import { launchBrowser } from '../../harness/browser.js';

/** Clients leave out local pages, and browsers that say they are driven: so the page has a name, and the browser is a visitor's. */
const HOST = 'shop.example';
const VISITOR =
  'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

export interface ClientPages {
  /** Opens `path` with `script` (a module that may import npm packages) in a profile of its own, coming from `referer`. */
  open(script: string, path?: string, referer?: string): Promise<ClientPage>;
  readonly origin: string;
  stop(): Promise<void>;
}

export interface ClientPage {
  readonly page: Page;
  /** Uncaught errors, and requests to anyone but the page and the tracking server. */
  readonly problems: readonly string[];
  /** Method, path and status of what the tracking server was asked, preflights too. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Pages of a shop on an origin of its own, whose scripts send to the server at `tracker`. */
export async function startClientPages(tracker: string): Promise<ClientPages> {
  const browser: Browser = await launchBrowser([
    '--disable-blink-features=AutomationControlled',
    // An emulated one is gone while a page closes, which is when several clients send.
    `--user-agent=${VISITOR}`,
    `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
  ]);
  let script = '';
  const server = createServer((request, response) => {
    const isScript = request.url === '/client.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : HTML);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    open: async (source, path = '/', referer) => {
      script = await bundle(source);
      return openClientPage(browser, tracker, { origin, path, referer });
    },
    stop: async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// A height to scroll, and a link: some clients watch both.
const HTML = `<!doctype html><html lang="en"><head><title>Pricing</title></head>
<body style="height:3000px"><a id="link" href="#more">More</a><script type="module" src="/client.js"></script></body></html>`;

async function openClientPage(
  browser: Browser,
  tracker: string,
  { origin, path, referer }: { origin: string; path: string; referer: string | undefined },
): Promise<ClientPage> {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  const problems: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    const { origin: to, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && to !== origin && to !== tracker)
      problems.push(`request to ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    const { pathname } = new URL(request.url());
    const why = request.failure()?.errorText;
    // Nobody hears the answer of what is sent while the page is left; whether it arrived, the log tells.
    if (why !== 'net::ERR_ABORTED') problems.push(`${request.method()} ${pathname}: ${why}`);
  });
  page.on('response', (response) => {
    const { origin: from, pathname } = new URL(response.url());
    if (from === tracker) asked.push(`${response.request().method()} ${pathname} ${response.status()}`);
  });
  await page.goto(origin + path, referer === undefined ? {} : { referer });
  return { page, problems, asked, close: () => context.close() };
}

const ENTRY = 'client-page.js';

/** The script with the packages that it imports, as a shop's own build would have them. */
async function bundle(source: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    root: new URL('../../..', import.meta.url).pathname,
    plugins: [
      {
        name: 'one-script',
        resolveId: (id) => (id.endsWith(ENTRY) ? ENTRY : undefined),
        load: (id) => (id === ENTRY ? source : undefined),
      },
    ],
    build: { write: false, minify: false, rollupOptions: { input: ENTRY, output: { codeSplitting: false } } },
  });
  const [first] = [built].flat();
  if (first === undefined || !('output' in first)) throw new Error('nothing was bundled');
  return first.output[0].code;
}
