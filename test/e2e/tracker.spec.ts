import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { expectCounted, sentAll, visit } from './support/tracked-site.js';
import { trackerLab } from './support/tracker-lab.js';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
/** As the server makes it of a visitor without an ID. */
const ANONYMOUS = /^[0-9a-f]{8}-[0-9a-f]{4}-8/;

const lab = trackerLab({ context: { locale: 'de-AT', viewport: { width: 1200, height: 800 } } });

/** What docs/tracker.md says to put above the tag. */
function documentedStub(): string {
  const page = readFileSync(join(import.meta.dirname, '../../docs/tracker.md'), 'utf8');
  const stub = /```html\n(<script>\n[^]*?<\/script>\n)```/.exec(page)?.[1];
  if (stub === undefined) throw new Error('docs/tracker.md has no stub');
  return stub;
}

test('a page is viewed: no cookie, nothing kept in the browser, no word in the console', async () => {
  const shop = await lab.site();
  const { page, said } = await visit(lab.context, `${shop.url}/pricing?utm_source=x&token=secret#top`);
  const [view] = await lab.records.types(shop.id, 'page_view');
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
  expect(await lab.context.cookies()).toEqual([]);
  expect(said).toEqual([]);
  await expectCounted(lab.stack, shop.id, 1);
});

test('navigation within the page: one view for each change of path or query, from the page before', async () => {
  const shop = await lab.site();
  const { page, said } = await visit(lab.context, `${shop.url}/`);
  await lab.records.types(shop.id, 'page_view');
  // As a router does: the address first, the title once the page is drawn.
  await page.evaluate(`history.pushState({}, '', '/a#x'); setTimeout(() => (document.title = 'A'), 20)`);
  await lab.records.types(shop.id, 'page_view', 'page_view');
  await page.evaluate(`history.pushState({}, '', '/b'); history.replaceState({ key: 1 }, '', '/b')`);
  await lab.records.types(shop.id, ...Array<string>(3).fill('page_view'));
  await page.evaluate(`history.replaceState({ key: 2 }, '', '/b'); location.hash = 'part'`);
  await page.evaluate(`history.pushState({}, '', '/old'); history.replaceState({}, '', '/new?tab=1')`);
  await lab.records.types(shop.id, ...Array<string>(4).fill('page_view'));
  await page.evaluate(`history.pushState({}, '', '/c'); history.pushState({}, '', '/d')`);
  await lab.records.types(shop.id, ...Array<string>(6).fill('page_view'));
  await page.goBack();
  const views = await lab.records.types(shop.id, ...Array<string>(7).fill('page_view'));
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
  const shop = await lab.site({ pages: { '/long': '<div style="height: 3200px"></div>' } });
  const { page } = await visit(lab.context, `${shop.url}/long`);
  await page.mouse.wheel(0, 800);
  await page.waitForTimeout(1_300);
  await page.evaluate(`history.pushState({}, '', '/short')`);
  await page.evaluate(`window.scrollTo(0, 0); document.querySelector('div').remove()`);
  // Less than a second, and not scrolled: nothing to tell.
  await page.evaluate(`history.pushState({}, '', '/other')`);
  await page.waitForTimeout(1_100);
  await page.close({ runBeforeUnload: true });
  const events = await lab.records.types(
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
  const elsewhere = await lab.site();
  const shop = await lab.site({
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
  const { page, said } = await visit(lab.context, `${shop.url}/`);
  await page.evaluate(`document.addEventListener('click', (event) => event.preventDefault())`);
  for (const id of ['inside', 'mail', 'file', 'named']) await page.click(`#${id}`);
  await page.click('#host a');
  await page.click('#new', { button: 'middle' });
  await page.click('#outside', { button: 'right' });
  const clicks = ['click', 'click', 'click', 'click'];
  const events = await lab.records.types(shop.id, 'page_view', ...clicks);
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
  await lab.records.types(shop.id, 'page_view', ...clicks, 'web_vitals', 'page_view', 'click', 'web_vitals');
  expect(said).toEqual([]);
});

test('forms that are submitted, and never what is in them', async () => {
  const shop = await lab.site({
    pages: {
      '/': `<form id="signup" name="join" action="/done?x=1"><input name="action" value="a"><input name="email" value="me@example.com"><button>go</button></form>`,
    },
  });
  const { page } = await visit(lab.context, `${shop.url}/`);
  await page.evaluate(`document.forms[0].addEventListener('submit', (event) => event.preventDefault())`);
  await page.click('button');
  const [, submit] = await lab.records.types(shop.id, 'page_view', 'form_submit');
  expect(submit?.properties).toEqual({ formId: 'signup', formName: 'join', action: '/done' });
  expect(JSON.stringify(submit)).not.toContain('example.com');
});

test('how the page loaded, once, when it is left', async () => {
  const shop = await lab.site({
    pages: {
      '/': `<button onclick="for (const until = Date.now() + 60; Date.now() < until;);">slow</button><p id="shifted">text</p>
        <script>setTimeout(() => { const box = document.createElement('div'); box.style.height = '200px'; document.body.prepend(box); }, 300)</script>`,
    },
  });
  const { page } = await visit(lab.context, `${shop.url}/`);
  // A shift right after a click is one that the reader asked for.
  await page.waitForSelector('div');
  await page.click('button');
  await page.waitForTimeout(300);
  await page.goto(`${shop.url}/next`);
  await page.goto('about:blank');
  const events = await lab.records.types(shop.id, 'page_view', 'web_vitals', 'page_view', 'web_vitals');
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
  const shop = await lab.site({
    head: `${documentedStub()}
      <script>
        tidemark.identify(42, { plan: 'pro' });
        tidemark.track('early');
        const early = window.tidemark;
      </script>`,
  });
  const { page, said } = await visit(lab.context, `${shop.url}/`);
  await page.evaluate(
    `early.track('purchase', { total: 9.5, items: ['a', 'b'] }); tidemark.identify(null); tidemark.track('later')`,
  );
  const events = await lab.records.types(shop.id, 'identify', 'early', 'page_view', 'purchase', 'later');
  expect(events.map(({ userId }) => userId)).toEqual(['42', '42', '42', '42', undefined]);
  expect(events[0]?.properties).toEqual({ traits: { plan: 'pro' } });
  expect(events[3]?.properties).toEqual({ total: 9.5, items: ['a', 'b'] });
  // Nothing that a page hands over by mistake breaks the page.
  await page.evaluate(
    `const loop = {}; loop.self = loop; tidemark.track('loop', loop); tidemark.track('big', { text: 'x'.repeat(20_000) }); tidemark.track('')`,
  );
  await lab.records.types(shop.id, 'identify', 'early', 'page_view', 'purchase', 'later');
  await sentAll(page);
  expect(said.filter((text) => text.startsWith('tidemark'))).toEqual([
    expect.stringMatching(/^tidemark: dropped: TypeError: .*circular/) as string,
    expect.stringMatching(/^tidemark: dropped: too long/) as string,
    expect.stringMatching(/^tidemark: dropped: .*rejected.*invalid_event_type.*eventType must be/) as string,
  ]);
});

test('a page whose names hide the browser’s is counted', async () => {
  const shop = await lab.site({
    head: `<script>
        var screen = null, protocol = 'https:';
        window.tidemark = { q: [['nothing'], 7, ['track', 'early']] };
      </script>`,
    pages: { '/': '<form name="title"></form><h2>here</h2>' },
  });
  const { page, said } = await visit(lab.context, `${shop.url}/`);
  await lab.records.types(shop.id, 'early', 'page_view');
  await page.click('h2');
  await page.evaluate(`history.pushState({}, '', '/next')`);
  const events = await lab.records.types(shop.id, 'early', 'page_view', 'page_view');
  expect(events.map(({ path, title, screen }) => [path, title, screen])).toEqual([
    ['/', undefined, undefined],
    ['/', undefined, undefined],
    ['/next', undefined, undefined],
  ]);
  const unfit = expect.stringMatching(/^tidemark: dropped: TypeError/) as string;
  expect(said).toEqual([unfit, unfit]);
});

test('what fails in the tracker does not reach the page', async () => {
  const shop = await lab.site();
  const { page, said } = await visit(lab.context, `${shop.url}/`);
  await lab.records.types(shop.id, 'page_view');
  const unfit = expect.stringMatching(/^tidemark: dropped: TypeError/) as string;
  await page.evaluate(`tidemark.identify(Symbol())`);
  expect(said.splice(0)).toEqual([unfit]);
  await page.evaluate(`[window, document].forEach((target) => target.dispatchEvent(new Event('submit')))`);
  expect(said.splice(0)).toEqual([unfit, unfit]);
  await page.evaluate(`const now = performance.now; performance.now = null;
    history.pushState({}, '', '/one'); history.replaceState({}, '', '/two'); performance.now = now`);
  expect(await page.evaluate('location.pathname')).toBe('/two');
  expect(said.splice(0)).toEqual([unfit, unfit]);
  await page.evaluate(`crypto.getRandomValues = null; tidemark.track('unsent'); tidemark.pageView()`);
  expect(said.splice(0)).toEqual([unfit, unfit]);
  await page.evaluate(`delete crypto.getRandomValues; tidemark.track('sent')`);
  await lab.records.types(shop.id, 'page_view', 'sent');
});

test('an address that is longer than the server takes is cut', async () => {
  const shop = await lab.site();
  const { page, said } = await visit(lab.context, `${shop.url}/`);
  await lab.records.types(shop.id, 'page_view');
  await page.evaluate(`history.pushState({}, '', '/long?q=' + 'x'.repeat(9_000))`);
  await lab.records.types(shop.id, 'page_view', 'page_view');
  await page.evaluate(`history.pushState({}, '', '/' + 'p'.repeat(3_000) + '?q=1')`);
  const [, query, path] = await lab.records.types(shop.id, 'page_view', 'page_view', 'page_view');
  expect(query?.path).toBe('/long');
  expect(query?.url).toMatch(/\/long\?q=x{5000,6000}$/);
  expect(path?.path).toMatch(/^\/p{1900,1999}$/);
  expect(said).toEqual([]);
});

test('a page that is no web page has its path', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-test-file-'));
  try {
    const file = join(folder, 'index.html');
    writeFileSync(file, `<script defer src="${lab.stack.url}/t.js" data-site="filed"></script>`);
    const { said } = await visit(lab.context, `file://${file}?from=app#top`);
    const [view] = await lab.records.types('filed', 'page_view');
    expect([view?.path, view?.url]).toEqual([file, undefined]);
    expect(said).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
