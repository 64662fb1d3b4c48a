import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { launchBrowser } from '../harness/browser.js';
import { runCommand, startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { openRecords, startSite, type Recorded, type TrackedSite } from './support/tracked-site.js';

// The whole product, closed: whoever sends needs a key.
let stack: Stack;
let browser: Browser;
let records: Recorded;
const sites: TrackedSite[] = [];

beforeAll(async () => {
  stack = await startStack({ web: true, env: { TIDEMARK_OPEN: 'false' } });
  browser = await launchBrowser();
  records = await openRecords(stack);
  expect((await runCommand(stack.dataDir, 'site', 'create', 'shop')).code).toBe(0);
});
afterEach(() => Promise.all(sites.splice(0).map((each) => each.close())));
afterAll(async () => {
  await records?.close();
  await browser?.close();
  await stack?.stop();
});

async function keyFor(...options: string[]): Promise<string> {
  const { stdout } = await runCommand(stack.dataDir, 'key', 'create', 'shop', '--name', 'Web', ...options);
  return stdout.split('\n')[0] ?? '';
}

/** A page of a website whose tag says this; resolves to what the door answered first. */
async function visit(site: TrackedSite): Promise<number> {
  const page = await browser.newPage();
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname === '/api/events');
  await page.goto(`${site.url}/`);
  const status = (await answered).status();
  await page.close();
  return status;
}

async function website(id: string, attributes = ''): Promise<TrackedSite> {
  const site = await startSite(stack, id, { attributes });
  sites.push(site);
  return site;
}

const stored = async () => (await records.of('shop')).filter(({ type }) => type === 'page_view').length;

it('a page sends with the key of its tag, from an origin that the key allows', async () => {
  const named = await website('shop', `data-key="${await keyFor()}"`);
  expect(await visit(named)).toBe(202);
  await waitFor(async () => (await stored()) === 1, { message: 'the view of the page' });
  const inPlace = await website(await keyFor());
  expect(await visit(inPlace)).toBe(202);
  await waitFor(async () => (await stored()) === 2, {
    message: 'the view of the page with the key for its site',
  });
});

it('input 22: without a key, and from another origin, a page stores nothing, and its script waits', async () => {
  const before = await stored();
  expect(await visit(await website('shop'))).toBe(401);
  const bound = await keyFor('--origins', 'https://shop.example');
  expect(await visit(await website('shop', `data-key="${bound}"`))).toBe(403);
  expect(await stored()).toBe(before);
});
