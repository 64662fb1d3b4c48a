import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { accessibilityFaults, launchBrowser, openPage, overflow } from '../harness/browser.js';
import { focusedPart, order } from './support/operator-page.js';
import { ParkedStack } from './support/parked-stack.js';

const SLOW = { timeout: 60_000 };

let parked: ParkedStack;
let browser: Browser;
beforeAll(async () => {
  parked = await ParkedStack.start({ web: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await parked?.close();
});

test('dead letters appear by themselves, are discarded with a note, and retried by reason', async () => {
  const context = { viewport: { width: 360, height: 800 } };
  const { page, problems, close } = await openPage(browser, `${parked.stack.url}/projections`, { context });
  const letters = page.getByRole('region', { name: 'Dead letters' });
  await letters.getByText('None: every event of the log is in the figures.').waitFor();

  const [first] = await parked.strays('blog');
  const group = letters.getByRole('region', { name: 'wrong_partition' });
  await group.locator('.letter').nth(2).waitFor(SLOW);
  await letters.getByText('3 dead letters', { exact: true }).waitFor();
  await group.locator(`[data-letter="${first}"] summary`).click();
  await group.locator(`[data-letter="${first}"] pre`).getByText('"page_view"').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);

  await group
    .locator(`[data-letter="${first}"]`)
    .getByRole('button', { name: /^Discard: / })
    .click();
  const dialog = page.getByRole('dialog');
  const discard = dialog.getByRole('button', { name: 'Discard', exact: true });
  await discard.click();
  // Without a note nothing is ordered: the browser asks for one.
  expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
  await dialog.getByLabel('Why, for whoever looks later').fill('sent twice by a broken client');
  await discard.click();
  await page.getByText(`Discard dead letter ${first} · 1 discarded`).waitFor(SLOW);
  await letters.getByText('2 dead letters', { exact: true }).waitFor(SLOW);
  // Its buttons are gone; the keyboard goes on from its group.
  expect(await focusedPart(page)).toBe('letters-wrong_partition');

  await parked.moveHome('blog', 1);
  await order(page, 'Retry all: all with the reason wrong_partition', 'Retry');
  await page.getByText('Retry dead letters with the reason wrong_partition · 2 counted now').waitFor(SLOW);
  await letters.getByText('None: every event of the log is in the figures.').waitFor(SLOW);
  expect(await parked.views('blog')).toBe(3);
  expect(problems).toEqual([]);
  await close();
});
