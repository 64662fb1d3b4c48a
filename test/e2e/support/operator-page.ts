import type { Page } from 'playwright-core';

import { sendViews } from './dashboard.js';

/** Notes every value that a figure of the overview page takes from now on; -1 where it shows none. */
export async function watchFigure(page: Page, key: string): Promise<() => Promise<number[]>> {
  await page.evaluate(`{
    const read = () => {
      const text = document.querySelector('[data-figure=${key}] .figure-value')?.textContent ?? '';
      return /^[0-9,]+$/.test(text) ? Number(text.replaceAll(',', '')) : -1;
    };
    window.seen = [read()];
    new MutationObserver(() => {
      const value = read();
      if (value !== window.seen.at(-1)) window.seen.push(value);
    }).observe(document.getElementById('root'), { subtree: true, childList: true, characterData: true });
  }`);
  return () => page.evaluate('window.seen');
}

/** Sends page views without pause until it is stopped, which resolves with how many were stored. */
export function streamViews(url: string, siteId: string): () => Promise<number> {
  let going = true;
  let sent = 0;
  const done = (async () => {
    while (going) {
      // The first is the page that the demo's visitors see most.
      await sendViews(url, siteId, '/products', '/stream', '/stream');
      sent += 3;
    }
    return sent;
  })();
  // Whoever stops it hears of a failure; until then it is not an unhandled one.
  done.catch(() => undefined);
  return () => {
    going = false;
    return done;
  };
}

/** Presses a button and answers the question that it asks. */
export async function order(page: Page, button: string, answer: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: answer, exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** The ID of the heading of the part of the page that has the focus itself; null where something else has it. */
export const focusedPart = (page: Page): Promise<string | null> =>
  page.evaluate(`document.activeElement.getAttribute('aria-labelledby')`);
