import { expect, test } from 'vitest';

import { kept, visit } from './support/tracked-site.js';
import { trackerLab } from './support/tracker-lab.js';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;

const lab = trackerLab();

test.each([
  ['storage', 'localStorage.tidemark_visitor'],
  ['cookie', `/tidemark_visitor=([^;]+)/.exec(document.cookie)[1]`],
])('with data-visitor="%s" a visitor keeps an ID', async (mode, where) => {
  const shop = await lab.site({ attributes: `data-visitor="${mode}"` });
  const { page } = await visit(lab.context, `${shop.url}/`);
  await page.goto(`${shop.url}/next`);
  await page.waitForTimeout(300);
  const id = await page.evaluate(where);
  expect(id).toMatch(UUID_7);
  const events = await lab.records.types(shop.id, 'page_view', 'page_view');
  expect(events.map(({ visitorId }) => visitorId)).toEqual([id, id]);
  const cookies = await lab.context.cookies();
  expect(cookies.map(({ name, sameSite, httpOnly }) => [name, sameSite, httpOnly])).toEqual(
    mode === 'cookie' ? [['tidemark_visitor', 'Lax', false]] : [],
  );
});

test('with data-auto="false" nothing is sent but what is asked for', async () => {
  const shop = await lab.site({
    attributes: 'data-auto="false"',
    pages: { '/': '<a href="/list.pdf" onclick="return false">list</a>' },
  });
  const { page } = await visit(lab.context, `${shop.url}/`);
  await page.click('a');
  await page.evaluate(`history.pushState({}, '', '/app/1')`);
  await page.evaluate(
    `tidemark.pageView(); history.pushState({}, '', '/app/2'); tidemark.track('opened'); tidemark.pageView()`,
  );
  await page.waitForTimeout(1_200);
  await page.goto('about:blank');
  const events = await lab.records.types(shop.id, 'page_view', 'opened', 'page_view');
  expect(events.map(({ path }) => path)).toEqual(['/app/1', '/app/2', '/app/2']);
  expect(events[2]?.referrer).toBe(`${shop.url}/app/1`);
});

test('the owner’s own visits are left out where the browser is told so', async () => {
  const shop = await lab.site();
  await lab.context.addInitScript(`localStorage.tidemark_ignore = '1'`);
  const { page } = await visit(lab.context, `${shop.url}/`);
  await page.evaluate(`tidemark.track('mine')`);
  expect(await kept(page)).toEqual([]);
  await page.evaluate(`delete localStorage.tidemark_ignore; tidemark.track('theirs')`);
  await lab.records.types(shop.id, 'theirs');
});

test('a snippet that stands in the page twice counts once; one without its site says so', async () => {
  const shop = await lab.site({
    pages: { '/': `<script defer src="${lab.stack.url}/t.js" data-site="again"></script>` },
  });
  const { page } = await visit(lab.context, `${shop.url}/`);
  await page.waitForTimeout(500);
  await lab.records.types(shop.id, 'page_view');
  expect(await lab.records.of('again')).toEqual([]);
  const bare = await lab.site({
    documents: { '/': `<link rel="icon" href="data:,"><script src="${lab.stack.url}/t.js"></script>` },
  });
  expect((await visit(lab.context, `${bare.url}/`)).said).toEqual(['tidemark: data-site is missing']);
});
