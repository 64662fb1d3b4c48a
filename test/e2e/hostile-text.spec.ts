import { expect, test } from 'vitest';

import { overflow } from '../harness/browser.js';
import { waitFor } from '../harness/wait-for.js';
import { sendViews, shownPaths } from './support/dashboard.js';
import { pageLab } from './support/page-lab.js';

/** What markup, spreadsheets and text layout would make something else of. */
const PATHS = [
  '/"><img src=x onerror="window.struck=1">',
  '/<script>window.struck=1</script>',
  '/=HYPERLINK("https://x")',
  '/+cmd',
  '/\u202ereversed',
  '/zero\u200bwidth',
  '/😀',
  `/marks${'\u0301'.repeat(400)}`,
  `/${'w'.repeat(1_500)}`,
];

const lab = pageLab();

test('whatever text was sent is shown as that text, and breaks no layout', async () => {
  await sendViews(lab.stack.url, 'hostile', ...PATHS);
  const { page } = await lab.visit(`/?site=hostile`);
  await waitFor(async () => (await shownPaths(page)).length >= PATHS.length, { message: 'the paths' });
  expect(new Set((await shownPaths(page)).map(({ path }) => path))).toEqual(new Set(PATHS));
  expect(await page.evaluate('window.struck')).toBeUndefined();
  expect(await page.locator('.bar-list img, .bar-list script').count()).toBe(0);
  expect(await overflow(page)).toBe(0);
});
