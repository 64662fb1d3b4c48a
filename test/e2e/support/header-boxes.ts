import type { Page } from 'playwright-core';
import { expect } from 'vitest';

import { overflow } from '../../harness/browser.js';

const WIDTHS = [
  320, 360, 480, 620, 621, 760, 761, 768, 1024, 1100, 1240, 1241, 1280, 1360, 1440, 1500, 1700, 1701, 1920,
];

interface Box {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The header's links, buttons and lists that are seen. */
const boxes = (page: Page): Promise<Box[]> =>
  page.evaluate(`[...document.querySelectorAll('.app-header :is(a, button, select)')]
    .map((each) => ({ each, box: each.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0)
    .map(({ each, box: { left, right, top, bottom } }) =>
      ({ name: each.ariaLabel || each.id || each.innerText, left, right, top, bottom }))`);

/** Pairs of them of which one lies on the other. */
function overlaps(all: readonly Box[]): string[] {
  return all.flatMap((a, index) =>
    all
      .slice(index + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `${a.name} and ${b.name}`),
  );
}

/** Nothing of the header lies on something else of it, or outside the window, however wide that is. */
export async function expectRoomyHeader(page: Page, atLeast: number, shot: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const found = await boxes(page);
    expect(found.length, `controls at ${width} px`).toBeGreaterThanOrEqual(atLeast);
    expect(overlaps(found), `at ${width} px`).toEqual([]);
    expect(Math.max(...found.map(({ right }) => right)), `at ${width} px`).toBeLessThanOrEqual(width);
    // Charts are drawn anew a moment after the page is narrower.
    await expect.poll(() => overflow(page)).toBe(0);
    if (process.env['TIDEMARK_SHOTS'])
      await page.screenshot({
        path: `${process.env['TIDEMARK_SHOTS']}/header-${shot}-${width}.png`,
        clip: { x: 0, y: 0, width, height: 130 },
      });
  }
}
