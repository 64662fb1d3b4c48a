import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitOf } from '#embedded/child.js';
import { launchOptions } from '../harness/browser.js';
import { waitFor } from '../harness/wait-for.js';
import { sentAll, visit } from './support/tracked-site.js';
import { trackerLab } from './support/tracker-lab.js';

// Its driver switches the back-forward cache off, for tests that do not expect it.
const lab = trackerLab({ launch: { ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

const pages = {
  '/ahead-of': `<script type="speculationrules">{ "prerender": [{ "urls": ["/ahead"], "eagerness": "immediate" }] }</script>
        <script>setTimeout(() => (location.href = '/ahead'), 2_000)</script>`,
  '/ahead': `<script>
        if (document.prerendering) fetch('/rendered-ahead');
        setInterval(() => document.prerendering || fetch('/shown-after'), 500);
      </script>`,
};

test('a page that comes back out of the back-forward cache is viewed again', async () => {
  const shop = await lab.site({ pages });
  const { page, said } = await visit(lab.context, `${shop.url}/one`);
  await page.evaluate(
    `addEventListener('pageshow', (event) => { if (event.persisted) window.restored = true; })`,
  );
  await sentAll(page);
  await page.goto(`${shop.url}/two`);
  await lab.records.types(shop.id, 'page_view', 'page_view');
  await page.goBack({ waitUntil: 'commit' });
  const views = await lab.records.types(shop.id, 'page_view', 'page_view', 'page_view');
  expect(await page.evaluate('window.restored')).toBe(true);
  expect(views.map(({ path, referrer }) => [path, referrer])).toEqual([
    ['/one', undefined],
    ['/two', undefined],
    ['/one', `${shop.url}/one`],
  ]);
  await page.evaluate(`tidemark.track('after')`);
  await lab.records.types(shop.id, 'page_view', 'page_view', 'page_view', 'after');
  await sentAll(page);
  const vitals = (await lab.records.of(shop.id)).filter(({ type }) => type === 'web_vitals');
  expect(vitals.map(({ path }) => path)).toEqual(['/one', '/two']);
  expect(said).toEqual([]);
});

test('a page that is rendered ahead is viewed when it is shown', async ({ skip }) => {
  const shop = await lab.site({ pages });
  const profile = await mkdtemp(join(tmpdir(), 'tidemark-test-profile-'));
  const { executablePath, args } = launchOptions(
    '--headless=new',
    '--no-first-run',
    `--user-data-dir=${profile}`,
  );
  // Without its driver, which forbids it.
  const chromium = spawn(executablePath, [...args, `${shop.url}/ahead-of`], { stdio: 'ignore' });
  try {
    await waitFor(() => shop.asked.includes('/shown-after'), {
      timeout: 20_000,
      message: 'the page to go on',
    });
    if (!shop.asked.includes('/rendered-ahead')) return skip('this browser renders no page ahead');
    expect(shop.asked.filter((path) => path === '/ahead')).toHaveLength(1);
    const [from, ahead] = await lab.records.types(shop.id, 'page_view', 'page_view');
    expect([from?.path, ahead?.path, ahead?.referrer]).toEqual([
      '/ahead-of',
      '/ahead',
      `${shop.url}/ahead-of`,
    ]);
    // It stood there, unseen, for most of that time.
    expect((ahead?.occurredAt ?? 0) - (from?.occurredAt ?? 0)).toBeGreaterThan(1_500);
  } finally {
    chromium.kill('SIGKILL');
    await exitOf(chromium, 10_000);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

test('an event of the moment in which the page goes', async () => {
  const shop = await lab.site({ pages });
  const { page } = await visit(lab.context, `${shop.url}/`);
  await sentAll(page);
  await page.evaluate(`addEventListener('pagehide', () => tidemark.track('goodbye'), true)`);
  await page.close({ runBeforeUnload: true });
  await waitFor(async () => (await lab.records.of(shop.id)).some(({ type }) => type === 'goodbye'), {
    message: 'the last event',
  });
});

test('a page that is hidden tells at once what was read of it', async () => {
  const shop = await lab.site({ pages });
  const { page } = await visit(lab.context, `${shop.url}/`);
  await page.waitForTimeout(1_100);
  // Its driver makes every page look visible, so that is said in its place.
  await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`);
  const events = await lab.records.types(shop.id, 'page_view', 'engagement', 'web_vitals');
  expect(events[1]?.properties).toMatchObject({ scrollDepth: 100 });
  await page.waitForTimeout(300);
  await page.evaluate(`Object.defineProperty(document, 'hidden', { value: false, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`);
  await page.waitForTimeout(1_200);
  await page.close({ runBeforeUnload: true });
  const later = await lab.records.types(shop.id, 'page_view', 'engagement', 'web_vitals', 'engagement');
  const engaged = (later[3]?.properties as { engagedMs: number }).engagedMs;
  expect(engaged).toBeGreaterThanOrEqual(1_200);
  expect(later[1]?.id).toBe(events[1]?.id);
});
