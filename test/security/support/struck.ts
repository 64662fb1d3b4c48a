import type { Page } from 'playwright-core';
import { expect } from 'vitest';

import { overflow } from '../../harness/browser.js';

/** What runs as a script where it is taken for markup, in every place that an event, a setting or a name has. */
export const SCRIPTS = [
  '<script>window.struck=1</script>',
  '"><img src=x onerror="window.struck=1">',
  "'><svg onload=window.struck=1>",
  '<iframe srcdoc="<script>top.struck=1</script>">',
  '{{constructor.constructor("window.struck=1")()}}',
  'javascript:window.struck=1',
  '${window.struck=1}',
  '</title></textarea></style></script><script>window.struck=1</script>',
];

/** Notes what the policy of the page forbids. */
export const watched = (page: Page): Promise<unknown> =>
  page.addInitScript(
    `window.violations = []; window.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
     for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.struck = name; };`,
  );

/** Nothing has run, nothing that the policy forbids was tried, and nothing of the texts has become a part of the page. */
export async function expectUnstruck(page: Page, path: string): Promise<void> {
  expect(await page.evaluate('window.struck'), path).toBeUndefined();
  expect(await page.evaluate('window.violations'), path).toEqual([]);
  expect(await page.locator('img[src="x"], iframe, main script, svg[onload]').count(), path).toBe(0);
  expect(await overflow(page), path).toBe(0);
}
