import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';

import { overflow } from '../harness/browser.js';
import { runCommand } from '../harness/stack.js';
import { sendViews } from './support/dashboard.js';
import { pageLab } from './support/page-lab.js';

const NAME = 'A very long name of a shop with a long name';
const WIDTHS = [
  320, 360, 480, 620, 621, 760, 761, 768, 1024, 1100, 1240, 1241, 1280, 1360, 1440, 1500, 1700, 1701, 1920,
];

const lab = pageLab();

beforeAll(async () => {
  await sendViews(lab.stack.url, 'long', '/');
  const named = await runCommand(lab.stack.dataDir, 'site', 'rename', 'long', NAME);
  expect(named.code, named.stderr).toBe(0);
});

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

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.each([
    ['a preset', '/?site=long'],
    ['two days of two years', '/?site=long&from=2025-11-28&to=2026-01-24'],
    ['the events', '/events?site=long'],
    ['the settings', '/settings?site=long'],
  ])('%s: no control of the header lies on another, however wide the window', async (name, path) => {
    const { page } = await lab.visit(path, { context: { colorScheme } });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('.app-header option', { hasText: NAME }).waitFor({ state: 'attached' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const found = await boxes(page);
      expect(found.length, `controls at ${width} px`).toBeGreaterThanOrEqual(6);
      expect(overlaps(found), `at ${width} px`).toEqual([]);
      expect(Math.max(...found.map(({ right }) => right)), `at ${width} px`).toBeLessThanOrEqual(width);
      // Charts are drawn anew a moment after the page is narrower.
      await expect.poll(() => overflow(page)).toBe(0);
      if (process.env['TIDEMARK_SHOTS'])
        await page.screenshot({
          path: `${process.env['TIDEMARK_SHOTS']}/header-${name.replaceAll(' ', '-')}-${colorScheme}-${width}.png`,
          clip: { x: 0, y: 0, width, height: 130 },
        });
    }
  });
});
