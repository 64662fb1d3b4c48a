import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page, type Route } from 'playwright-core';
import { expect, test } from 'vitest';

import { launchBrowser, launchOptions } from '../harness/browser.js';
import { waitFor } from '../harness/wait-for.js';
import { expectCounted, kept, openRecords, sentAll, visit } from './support/tracked-site.js';
import { trackerLab } from './support/tracker-lab.js';

const DOOR = '**/api/events?*';

const lab = trackerLab();

const track = (page: Page, ...names: string[]) =>
  page.evaluate(
    (each) => each.forEach((name) => (globalThis as unknown as Tracked).tidemark.track(name)),
    names,
  );
interface Tracked {
  tidemark: { track: (name: string) => void };
}
/** What the page would hear if its reader looked at it again, or a network came. */
const lookAgain = (page: Page) =>
  page.evaluate(`document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`);
const comeOnline = (page: Page) => page.evaluate(`window.dispatchEvent(new Event('online'))`);
const CORS = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' };
/** The types of the events in each request to the door from now on. */
function requests(of: BrowserContext): string[][] {
  const seen: string[][] = [];
  of.on('request', (request) => {
    if (!new URL(request.url()).pathname.endsWith('/api/events')) return;
    const events = JSON.parse(request.postData() ?? '[]') as { eventType: string }[];
    seen.push(events.map(({ eventType }) => eventType));
  });
  return seen;
}

test('the network is cut and comes back: every event once', async () => {
  const shop = await lab.site();
  const { page } = await visit(lab.context, `${shop.url}/`);
  await lab.records.types(shop.id, 'page_view');
  await lab.context.setOffline(true);
  await track(page, 'one', 'two');
  await page.evaluate(`history.pushState({}, '', '/while-away')`);
  await waitFor(async () => (await kept(page)).length === 3, { message: 'three events to wait' });
  expect(await kept(page)).toEqual(['one', 'two', 'page_view']);
  await lab.context.setOffline(false);
  await lab.records.types(shop.id, 'page_view', 'one', 'two', 'page_view');
  await sentAll(page);
  await expectCounted(lab.stack, shop.id, 4);
});

test('the server took them and its answer is lost: sent again, counted once', async () => {
  const shop = await lab.site();
  let lost = 0;
  await lab.context.route(DOOR, async (route: Route) => {
    if (lost++ > 0) return route.continue();
    expect((await route.fetch()).status()).toBe(202);
    return route.abort('connectionreset');
  });
  const { page } = await visit(lab.context, `${shop.url}/`);
  await lab.records.types(shop.id, 'page_view');
  expect(await kept(page)).toEqual(['page_view']);
  await sentAll(page);
  expect(lost).toBe(2);
  await lab.records.types(shop.id, 'page_view');
  await expectCounted(lab.stack, shop.id, 1);
});

test('the browser is closed while it is offline, and opened again: every event once', async () => {
  const shop = await lab.site();
  const profile = await mkdtemp(join(tmpdir(), 'tidemark-test-profile-'));
  const open = () => chromium.launchPersistentContext(profile, launchOptions());
  let at = await open();
  try {
    const first = await visit(at, `${shop.url}/`);
    await lab.records.types(shop.id, 'page_view');
    await at.setOffline(true);
    await track(first.page, 'last-words');
    await first.page.waitForTimeout(300);
    await at.close();
    at = await open();
    const { page } = await visit(at, `${shop.url}/`);
    await waitFor(async () => (await kept(page)).length === 0, { message: 'nothing to be kept' });
    const types = (await lab.records.of(shop.id)).map(({ type }) => type);
    expect(types.filter((type) => type === 'last-words')).toHaveLength(1);
    expect(types.filter((type) => type === 'page_view')).toHaveLength(2);
    await expectCounted(lab.stack, shop.id, types.length);
  } finally {
    await at.close();
    await rm(profile, { recursive: true, force: true });
  }
});

test('the server is killed and started again: every event once', async () => {
  const shop = await lab.site();
  const { page } = await visit(lab.context, `${shop.url}/`);
  await sentAll(page);
  await lab.stack.killAll();
  await track(page, 'one');
  await waitFor(async () => (await kept(page)).length === 1, { message: 'the event to wait' });
  await lab.records.close();
  await lab.stack.restart();
  lab.records = await openRecords(lab.stack);
  await comeOnline(page);
  await sentAll(page);
  await lab.records.types(shop.id, 'page_view', 'one');
  await expectCounted(lab.stack, shop.id, (await lab.records.of(shop.id)).length);
});

test('a server that asks for time gets it, whatever happens meanwhile', async () => {
  const shop = await lab.site();
  const times: number[] = [];
  await lab.context.route(DOOR, (route) => {
    times.push(Date.now());
    return times.length > 1
      ? route.continue()
      : route.fulfill({ status: 503, headers: { ...CORS, 'retry-after': '2' }, json: { statusCode: 503 } });
  });
  const { page } = await visit(lab.context, `${shop.url}/`);
  await waitFor(() => times.length === 1, { message: 'the first try' });
  // The answer takes a moment to be there.
  await page.waitForTimeout(500);
  await track(page, 'meanwhile');
  await lookAgain(page);
  await comeOnline(page);
  await lab.records.types(shop.id, 'page_view', 'meanwhile');
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2_000);
  expect(times).toHaveLength(2);
  await sentAll(page);
});

test('two tabs share what waits: all of it once, and each event in one request', async () => {
  const shop = await lab.site();
  const [one, two] = [await visit(lab.context, `${shop.url}/1`), await visit(lab.context, `${shop.url}/2`)];
  await sentAll(one.page);
  await lab.context.setOffline(true);
  await track(one.page, 'a', 'b');
  await track(two.page, 'c', 'd');
  await waitFor(async () => (await kept(one.page)).length === 4, { message: 'four events to wait' });
  // Both have tried in vain.
  await one.page.waitForTimeout(300);
  const seen = requests(lab.context);
  await lab.context.setOffline(false);
  await lab.records.types(shop.id, 'page_view', 'page_view', 'a', 'b', 'c', 'd');
  await sentAll(one.page);
  await sentAll(two.page);
  expect(seen.flat().sort()).toEqual(['a', 'b', 'c', 'd']);
  await expectCounted(lab.stack, shop.id, (await lab.records.of(shop.id)).length);
});

test('a tab sends what one left that is closed', async () => {
  const shop = await lab.site();
  await lab.context.route(DOOR, (route) => route.abort());
  const first = await visit(lab.context, `${shop.url}/1`);
  await waitFor(async () => (await kept(first.page)).length === 1, { message: 'the view to wait' });
  await first.page.close();
  await lab.context.unroute(DOOR);
  await visit(lab.context, `${shop.url}/2`);
  const events = await lab.records.types(shop.id, 'page_view', 'page_view');
  expect(events.map(({ path }) => path)).toEqual(['/1', '/2']);
});

test.each([
  [
    'refused',
    `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })`,
  ],
  ['missing', `Object.defineProperty(window, 'localStorage', { value: null })`],
  ['full', `try { localStorage.junk = 'x'.repeat(5_242_860); localStorage.j = 'y'.repeat(12); } catch {}`],
])('with storage that is %s it works from memory', async (_name, script) => {
  const shop = await lab.site({ attributes: 'data-visitor="storage"' });
  await lab.context.addInitScript(script);
  const { page, said } = await visit(lab.context, `${shop.url}/`);
  await lab.records.types(shop.id, 'page_view');
  await lab.context.setOffline(true);
  await track(page, 'one');
  await page.waitForTimeout(200);
  await lab.context.setOffline(false);
  const events = await lab.records.types(shop.id, 'page_view', 'one');
  // As without a wish: there is nowhere to keep an ID.
  expect(events.map(({ visitorId }) => visitorId[14])).toEqual(['8', '8']);
  expect(events[0]?.visitorId).toBe(events[1]?.visitorId);
  expect(said.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
});

test('what cannot be read blocks nothing, and is dropped with a word', async () => {
  const shop = await lab.site();
  const broken = JSON.stringify({ [`tidemark:${shop.id}:0`]: '{', [`tidemark:${shop.id}:00`]: '"text"' });
  await lab.context.addInitScript(
    `if (!localStorage.been) Object.assign(localStorage, ${broken}, { been: 1 })`,
  );
  const { page, said } = await visit(lab.context, `${shop.url}/`);
  await track(page, 'one', 'two', 'three');
  await lab.records.types(shop.id, 'page_view', 'one', 'two', 'three').catch(() => undefined);
  await sentAll(page);
  expect((await lab.records.of(shop.id)).map(({ type }) => type).sort()).toEqual([
    'one',
    'page_view',
    'three',
    'two',
  ]);
  expect(said.filter((text) => text.startsWith('tidemark'))).toEqual([
    expect.stringMatching(/dropped: .*not valid JSON.* \{$/) as string,
    expect.stringMatching(/dropped: .*rejected.*invalid_shape.* "text"$/) as string,
  ]);
});

test('what waits is bounded: the oldest go, and how many is told', async () => {
  const shop = await lab.site();
  const { page } = await visit(lab.context, `${shop.url}/`);
  await sentAll(page);
  await lab.context.setOffline(true);
  await track(page, ...Array.from({ length: 230 }, (_, index) => `event-${index}`));
  const waiting = await kept(page);
  expect(waiting).toHaveLength(200);
  expect([waiting[0], waiting.at(-1)]).toEqual(['event-30', 'event-229']);
  await lab.context.setOffline(false);
  await sentAll(page);
  const told = await waitFor(async () =>
    (await lab.records.of(shop.id)).find(({ type }) => type === 'events_dropped'),
  );
  expect(told.properties).toEqual({ count: 30 });
  await expectCounted(lab.stack, shop.id, 202);
});

test('on a page without https', async () => {
  const own = await launchBrowser(['--host-resolver-rules=MAP shop.test 127.0.0.1']);
  try {
    const shop = await lab.site();
    const url = shop.url.replace('127.0.0.1', 'shop.test');
    const { page, said } = await visit(await own.newContext(), `${url}/`);
    expect(await page.evaluate('isSecureContext')).toBe(false);
    await track(page, 'one');
    await lab.records.types(shop.id, 'page_view', 'one');
    await lookAgain(page);
    expect(said).toEqual([]);
  } finally {
    await own.close();
  }
});
