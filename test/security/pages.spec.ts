import { beforeAll, describe, expect, it } from 'vitest';

import { waitFor } from '../harness/wait-for.js';
import { ask } from '../e2e/support/ask.js';
import { pageLab } from '../e2e/support/page-lab.js';
import { expectUnstruck, SCRIPTS, watched } from './support/struck.js';

const BEFORE = ['/', '/events', '/settings', '/projections'];
const TODAY = new Date().toISOString().slice(0, 10);

const lab = pageLab();

beforeAll(async () => {
  const send = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${lab.stack.url}/api/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const timestamp = () => new Date().toISOString();
  for (const [i, script] of SCRIPTS.entries()) {
    const event = {
      siteId: 'struck',
      eventType: 'page_view',
      timestamp: timestamp(),
      path: `/${script}`,
      title: script,
      referrer: `https://r.example/${script}`,
      visitorId: script,
      language: 'en',
      properties: { [script.slice(0, 100)]: script, utm_source: script },
      url: `https://shop.example/${encodeURIComponent(script)}?utm_source=${encodeURIComponent(script)}&utm_campaign=${encodeURIComponent(script)}`,
    };
    await send(event, { 'user-agent': `Mozilla/5.0 ${script}` });
    await send({ ...event, eventType: script }, { 'user-agent': script });
    await send({ ...event, referrer: script });
    // Refused, and shown in the live feed.
    await send({ ...event, timestamp: script });
    await send({ ...event, eventId: `${script}${i}` });
    await fetch(
      `${lab.stack.url}/pixel.gif?site=struck&path=${encodeURIComponent(`/${script}`)}&title=${encodeURIComponent(script)}`,
    );
  }
  await ask(
    lab.stack,
    'mutation ($text: String!) { renameSite(siteId: "struck", name: $text) { receipt } }',
    { text: SCRIPTS[0] },
  );
  const define =
    'mutation ($type: String!, $text: String!) { defineEventType(siteId: "struck", eventType: $type, description: $text) { receipt } }';
  for (const [i, text] of SCRIPTS.entries())
    expect(await ask(lab.stack, define, { type: `kind-${i}`, text })).not.toHaveProperty('errors');
  await waitFor(
    async () =>
      JSON.stringify(
        await ask(
          lab.stack,
          `{ site(id: "struck") { name totals(range: {from: "${TODAY}", to: "${TODAY}"}) { current { pageViews } } } }`,
        ),
      ).includes('script'),
    { timeout: 60_000 },
  );
});

async function pages(): Promise<string[]> {
  const { page } = await lab.visit('/?site=struck', { before: watched });
  await page.locator('nav a, header a').first().waitFor();
  const linked = await page.evaluate<string[]>(
    `[...document.querySelectorAll('a[href^="/"]')].map((link) => link.getAttribute('href').split('?')[0])`,
  );
  return [...new Set([...BEFORE, ...linked])];
}

describe('in a browser', () => {
  it(
    'S36, S38: on every page nothing of what was sent runs, and nothing that the policy forbids is tried',
    { timeout: 180_000 },
    async () => {
      const all = await pages();
      expect(all).toEqual(expect.arrayContaining(BEFORE));
      let shown = '';
      for (const path of all) {
        const { page, close } = await lab.visit(`${path}?site=struck`, { before: watched });
        await page.locator('main').waitFor();
        await page.waitForLoadState('networkidle').catch(() => undefined);
        await page.waitForTimeout(1_500);
        await expectUnstruck(page, path);
        shown += await page.locator('body').innerText();
        await close();
      }
      // It is there, as text.
      expect(shown).toContain('<script>window.struck=1</script>');
      expect(shown).toContain('onerror="window.struck=1"');
    },
  );

  it(
    'S37: no link is a script, and one to another site says nothing and gets nothing',
    { timeout: 120_000 },
    async () => {
      for (const path of await pages()) {
        const { page, close } = await lab.visit(`${path}?site=struck`, { before: watched });
        await page.locator('main').waitFor();
        await page.waitForTimeout(1_000);
        const links = await page.evaluate<[string, string, string][]>(
          `[...document.querySelectorAll('a[href], area[href], form[action], [formaction]')].map((each) =>
          [each.getAttribute('href') ?? each.getAttribute('action') ?? each.getAttribute('formaction'), each.href ?? '', each.rel ?? ''])`,
        );
        for (const [written, address, rel] of links) {
          expect(written, path).not.toMatch(/^\s*(javascript|data|vbscript):/i);
          if (address !== '' && new URL(address).host !== new URL(lab.stack.url).host)
            expect(rel.split(' ').sort(), address).toEqual(['nofollow', 'noopener', 'noreferrer']);
        }
        await close();
      }
    },
  );

  it('S38: the explanation of the addresses keeps to its policy', async () => {
    const { page } = await lab.visit('/api/docs', { before: watched });
    await page.locator('.swagger-ui .info').waitFor();
    expect(await page.evaluate('window.violations')).toEqual([]);
  });
});
