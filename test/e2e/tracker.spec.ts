import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { launchBrowser } from '../harness/browser.js';
import { startStack, type Stack } from '../harness/stack.js';
import {
  expectCounted,
  kept,
  openRecords,
  sentAll,
  startSite,
  visit,
  type Recorded,
  type SiteOptions,
  type TrackedSite,
} from './support/tracked-site.js';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
/** As the server makes it of a visitor without an ID. */
const ANONYMOUS = /^[0-9a-f]{8}-[0-9a-f]{4}-8/;

let stack: Stack;
let browser: Browser;
let records: Recorded;
let context: BrowserContext;
const sites: TrackedSite[] = [];
let number = 0;

const site = async (o?: SiteOptions) => {
  const started = await startSite(stack, `site-${++number}`, o);
  sites.push(started);
  return started;
};

beforeAll(async () => {
  stack = await startStack({ web: true });
  browser = await launchBrowser();
  records = await openRecords(stack);
});
beforeEach(async () => {
  context = await browser.newContext({ locale: 'de-AT', viewport: { width: 1200, height: 800 } });
});
afterEach(async () => {
  await context.close();
  await Promise.all(sites.splice(0).map((each) => each.close()));
});
afterAll(async () => {
  await records?.close();
  await browser?.close();
  await stack?.stop();
});

test('a page is viewed: no cookie, nothing kept in the browser, no word in the console', async () => {
  const shop = await site();
  const { page, said } = await visit(context, `${shop.url}/pricing?utm_source=x&token=secret#top`);
  const [view] = await records.types(shop.id, 'page_view');
  expect(view).toMatchObject({
    id: expect.stringMatching(UUID_7) as string,
    visitorId: expect.stringMatching(ANONYMOUS) as string,
    url: `${shop.url}/pricing?utm_source=x`,
    path: '/pricing',
    title: 'Title of /pricing',
    screen: '1200x800',
    language: 'de-AT',
  });
  expect(view?.referrer).toBeUndefined();
  await sentAll(page);
  expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
  expect(await context.cookies()).toEqual([]);
  expect(said).toEqual([]);
  await expectCounted(stack, shop.id, 1);
});

test('navigation within the page: one view for each change of path or query, from the page before', async () => {
  const shop = await site();
  const { page, said } = await visit(context, `${shop.url}/`);
  await records.types(shop.id, 'page_view');
  // As a router does: the address first, the title once the page is drawn.
  await page.evaluate(`history.pushState({}, '', '/a#x'); setTimeout(() => (document.title = 'A'), 20)`);
  await records.types(shop.id, 'page_view', 'page_view');
  await page.evaluate(`history.pushState({}, '', '/b'); history.replaceState({ key: 1 }, '', '/b')`);
  await records.types(shop.id, ...Array<string>(3).fill('page_view'));
  await page.evaluate(`history.replaceState({ key: 2 }, '', '/b'); location.hash = 'part'`);
  await page.evaluate(`history.pushState({}, '', '/old'); history.replaceState({}, '', '/new?tab=1')`);
  await records.types(shop.id, ...Array<string>(4).fill('page_view'));
  await page.evaluate(`history.pushState({}, '', '/c'); history.pushState({}, '', '/d')`);
  await records.types(shop.id, ...Array<string>(6).fill('page_view'));
  await page.goBack();
  const views = await records.types(shop.id, ...Array<string>(7).fill('page_view'));
  const place = (url: string | undefined) => url?.slice(shop.url.length);
  expect(views.map(({ url, path, referrer }) => [place(url) ?? path, place(referrer)])).toEqual([
    ['/', undefined],
    ['/a', '/'],
    ['/b', '/a'],
    ['/new?tab=1', '/b'],
    ['/c', '/new?tab=1'],
    ['/d', '/c'],
    ['/c', '/d'],
  ]);
  expect(views[1]?.title).toBe('A');
  expect(new Set(views.map(({ visitorId }) => visitorId)).size).toBe(1);
  expect(said).toEqual([]);
});

test('engaged time and scroll depth, for each view of its own, when it ends', async () => {
  const shop = await site({ pages: { '/long': '<div style="height: 3200px"></div>' } });
  const { page } = await visit(context, `${shop.url}/long`);
  await page.mouse.wheel(0, 800);
  await page.waitForTimeout(1_300);
  await page.evaluate(`history.pushState({}, '', '/short')`);
  await page.evaluate(`window.scrollTo(0, 0); document.querySelector('div').remove()`);
  // Less than a second, and not scrolled: nothing to tell.
  await page.evaluate(`history.pushState({}, '', '/other')`);
  await page.waitForTimeout(1_100);
  await page.close({ runBeforeUnload: true });
  const events = await records.types(
    shop.id,
    ...['page_view', 'engagement', 'page_view', 'page_view', 'engagement', 'web_vitals'],
  );
  const [long, other] = events.filter(({ type }) => type === 'engagement');
  expect(long?.path).toBe('/long');
  const { engagedMs, scrollDepth } = long?.properties as { engagedMs: number; scrollDepth: number };
  expect(engagedMs).toBeGreaterThanOrEqual(1_300);
  expect(engagedMs).toBeLessThan(20_000);
  expect(scrollDepth).toBeGreaterThan(45);
  expect(scrollDepth).toBeLessThan(55);
  expect(other).toMatchObject({ path: '/other', properties: { scrollDepth: 100 } });
});

test('clicks that lead away or to a file, with the page that they leave, and no query', async () => {
  const elsewhere = await site();
  const shop = await site({
    pages: {
      '/': `<a id="inside" href="/about">inside</a> <a id="outside" href="OUT/article?token=1#x"><b>outside</b></a>
        <a id="new" href="OUT/new">new</a> <a id="mail" href="mailto:a@example.com">mail</a>
        <a id="file" href="/files/Price%20List.PDF?signature=abc">file</a> <a id="named" download href="/export">export</a>
        <div id="host"></div>
        <script>host.attachShadow({ mode: 'open' }).innerHTML = '<a href="OUT/shadow">shadow</a>'</script>`.replaceAll(
        'OUT',
        elsewhere.url,
      ),
    },
  });
  const { page, said } = await visit(context, `${shop.url}/`);
  await page.evaluate(`document.addEventListener('click', (event) => event.preventDefault())`);
  for (const id of ['inside', 'mail', 'file', 'named']) await page.click(`#${id}`);
  await page.click('#host a');
  await page.click('#new', { button: 'middle' });
  await page.click('#outside', { button: 'right' });
  const clicks = ['click', 'click', 'click', 'click'];
  const events = await records.types(shop.id, 'page_view', ...clicks);
  expect(events.slice(1).map(({ path, properties }) => [path, properties])).toEqual([
    ['/', { href: `${shop.url}/files/Price%20List.PDF`, kind: 'download', extension: 'pdf' }],
    ['/', { href: `${shop.url}/export`, kind: 'download' }],
    ['/', { href: `${elsewhere.url}/shadow`, kind: 'outbound' }],
    ['/', { href: `${elsewhere.url}/new`, kind: 'outbound' }],
  ]);
  // The real thing: the page is gone in that moment.
  await page.reload();
  await page.click('#outside b');
  await page.waitForURL(/article/);
  await records.types(shop.id, 'page_view', ...clicks, 'web_vitals', 'page_view', 'click', 'web_vitals');
  expect(said).toEqual([]);
});

test('forms that are submitted, and never what is in them', async () => {
  const shop = await site({
    pages: {
      '/': `<form id="signup" name="join" action="/done?x=1"><input name="action" value="a"><input name="email" value="me@example.com"><button>go</button></form>`,
    },
  });
  const { page } = await visit(context, `${shop.url}/`);
  await page.evaluate(`document.forms[0].addEventListener('submit', (event) => event.preventDefault())`);
  await page.click('button');
  const [, submit] = await records.types(shop.id, 'page_view', 'form_submit');
  expect(submit?.properties).toEqual({ formId: 'signup', formName: 'join', action: '/done' });
  expect(JSON.stringify(submit)).not.toContain('example.com');
});

test('how the page loaded, once, when it is left', async () => {
  const shop = await site({
    pages: {
      '/': `<button onclick="for (const until = Date.now() + 60; Date.now() < until;);">slow</button><p id="shifted">text</p>
        <script>setTimeout(() => { const box = document.createElement('div'); box.style.height = '200px'; document.body.prepend(box); }, 300)</script>`,
    },
  });
  const { page } = await visit(context, `${shop.url}/`);
  // A shift right after a click is one that the reader asked for.
  await page.waitForSelector('div');
  await page.click('button');
  await page.waitForTimeout(300);
  await page.goto(`${shop.url}/next`);
  await page.goto('about:blank');
  const events = await records.types(shop.id, 'page_view', 'web_vitals', 'page_view', 'web_vitals');
  const vitals = events[1];
  expect(vitals?.path).toBe('/');
  const { lcp, fcp, ttfb, inp, cls, ...rest } = vitals?.properties as Record<string, number>;
  expect(rest).toEqual({});
  expect(ttfb).toBeGreaterThanOrEqual(0);
  expect(fcp).toBeGreaterThanOrEqual(ttfb ?? 0);
  expect(lcp).toBeGreaterThanOrEqual(fcp ?? 0);
  expect(lcp).toBeLessThan(20_000);
  expect(inp).toBeGreaterThanOrEqual(56);
  expect(cls).toBeGreaterThan(0.01);
});

test('events of the page’s own and who it is for, also from before the script came', async () => {
  const shop = await site({
    head: `<script>
      window.tidemark = window.tidemark || { q: [] };
      ['track', 'identify', 'pageView'].forEach((name) => (tidemark[name] = tidemark[name] || ((...given) => tidemark.q.push([name, ...given]))));
      tidemark.identify(42, { plan: 'pro' });
      tidemark.track('early');
      const early = window.tidemark;
    </script>`,
  });
  const { page, said } = await visit(context, `${shop.url}/`);
  await page.evaluate(
    `early.track('purchase', { total: 9.5, items: ['a', 'b'] }); tidemark.identify(null); tidemark.track('later')`,
  );
  const events = await records.types(shop.id, 'identify', 'early', 'page_view', 'purchase', 'later');
  expect(events.map(({ userId }) => userId)).toEqual(['42', '42', '42', '42', undefined]);
  expect(events[0]?.properties).toEqual({ traits: { plan: 'pro' } });
  expect(events[3]?.properties).toEqual({ total: 9.5, items: ['a', 'b'] });
  // Nothing that a page hands over by mistake breaks the page.
  await page.evaluate(
    `const loop = {}; loop.self = loop; tidemark.track('loop', loop); tidemark.track('big', { text: 'x'.repeat(20_000) }); tidemark.track('')`,
  );
  await records.types(shop.id, 'identify', 'early', 'page_view', 'purchase', 'later');
  await sentAll(page);
  expect(said.filter((text) => text.startsWith('tidemark'))).toEqual([
    expect.stringMatching(/^tidemark: dropped: TypeError: .*circular/) as string,
    expect.stringMatching(/^tidemark: dropped: over 20,000 characters/) as string,
    expect.stringMatching(/^tidemark: dropped: .*rejected.*invalid_event_type.*eventType must be/) as string,
  ]);
});

test.each([
  ['storage', 'localStorage.tidemark_visitor'],
  ['cookie', `/tidemark_visitor=([^;]+)/.exec(document.cookie)[1]`],
])('with data-visitor="%s" a visitor keeps an ID', async (mode, where) => {
  const shop = await site({ attributes: `data-visitor="${mode}"` });
  const { page } = await visit(context, `${shop.url}/`);
  await page.goto(`${shop.url}/next`);
  await page.waitForTimeout(300);
  const id = await page.evaluate(where);
  expect(id).toMatch(UUID_7);
  const events = await records.types(shop.id, 'page_view', 'page_view');
  expect(events.map(({ visitorId }) => visitorId)).toEqual([id, id]);
  const cookies = await context.cookies();
  expect(cookies.map(({ name, sameSite, httpOnly }) => [name, sameSite, httpOnly])).toEqual(
    mode === 'cookie' ? [['tidemark_visitor', 'Lax', false]] : [],
  );
});

test('with data-auto="false" nothing is sent but what is asked for', async () => {
  const shop = await site({
    attributes: 'data-auto="false"',
    pages: { '/': '<a href="/list.pdf" onclick="return false">list</a>' },
  });
  const { page } = await visit(context, `${shop.url}/`);
  await page.click('a');
  await page.evaluate(`history.pushState({}, '', '/app/1')`);
  await page.evaluate(
    `tidemark.pageView(); history.pushState({}, '', '/app/2'); tidemark.track('opened'); tidemark.pageView()`,
  );
  await page.waitForTimeout(1_200);
  await page.goto('about:blank');
  const events = await records.types(shop.id, 'page_view', 'opened', 'page_view');
  expect(events.map(({ path }) => path)).toEqual(['/app/1', '/app/2', '/app/2']);
  expect(events[2]?.referrer).toBe(`${shop.url}/app/1`);
});

test('the owner’s own visits are left out where the browser is told so', async () => {
  const shop = await site();
  await context.addInitScript(`localStorage.tidemark_ignore = '1'`);
  const { page } = await visit(context, `${shop.url}/`);
  await page.evaluate(`tidemark.track('mine')`);
  expect(await kept(page)).toEqual([]);
  await page.evaluate(`delete localStorage.tidemark_ignore; tidemark.track('theirs')`);
  await records.types(shop.id, 'theirs');
});

test('a snippet that stands in the page twice counts once; one without its site says so', async () => {
  const shop = await site({
    head: `<script defer src="${stack.url}/t.js" data-site="site-${number + 1}"></script>`,
  });
  const { page } = await visit(context, `${shop.url}/`);
  await page.waitForTimeout(500);
  await records.types(shop.id, 'page_view');
  const bare = await site({
    documents: { '/': `<link rel="icon" href="data:,"><script src="${stack.url}/t.js"></script>` },
  });
  expect((await visit(context, `${bare.url}/`)).said).toEqual([
    'tidemark: the script needs data-site=YOUR-SITE',
  ]);
});
