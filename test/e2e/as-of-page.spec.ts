import { expect, test } from 'vitest';

import { accessibilityFaults, overflow } from '../harness/browser.js';
import { runCommand } from '../harness/stack.js';
import { ask } from './support/ask.js';
import { sendViews, shownPaths, waitForFigures } from './support/dashboard.js';
import { pageLab } from './support/page-lab.js';

const lab = pageLab();

const today = () => new Date().toISOString().slice(0, 10);

test('the figures page as it was at a time: then, now, and why; and back', async () => {
  await sendViews(lab.stack.url, 'shop', '/', '/a', '/a', '/secret');
  const { page } = await lab.visit(`/?site=shop&from=${today()}&to=${today()}`);
  await waitForFigures(page, { pageViews: 4, events: 4 });
  const { data } = await ask(
    lab.stack,
    '{ site(id: "shop", asOf: { time: "2020-01-01T00:00:00Z" }) { asOf { position } } }',
  );
  expect(data).toEqual({ site: { asOf: { position: null } } });
  const then = new Date().toISOString();
  await sendViews(lab.stack.url, 'shop', '/a', '/b');
  await waitForFigures(page, { pageViews: 6, events: 6 });
  const applied = await runCommand(
    lab.stack.dataDir,
    'rule',
    'apply',
    'shop',
    'exclude_path',
    '--pattern',
    '/secret',
  );
  expect(applied.code, applied.stderr).toBe(0);
  await waitForFigures(page, { pageViews: 5, events: 5 });

  // A link shows the same thing.
  const { page: past } = await lab.visit(`/?site=shop&from=${today()}&to=${today()}&as-of=${then}`);
  await waitForFigures(past, { pageViews: 4, events: 4 });
  await past.getByText('settings revision 0').waitFor();
  expect((await shownPaths(past)).map(({ path, views }) => [path, views])).toEqual([
    ['/a', 2],
    ['/', 1],
    ['/secret', 1],
  ]);
  expect(await past.locator('.difference-sums dd').allTextContents()).toEqual(['4', '+2', '−1', '5']);
  expect(await past.locator('.difference-changes li').count()).toBe(1);
  expect(await accessibilityFaults(past)).toEqual([]);
  expect(await overflow(past)).toBe(0);

  await past.setViewportSize({ width: 390, height: 900 });
  // Charts are drawn anew a moment after the page is narrower.
  await expect.poll(() => overflow(past)).toBe(0);
  // What comes now changes nothing here.
  await sendViews(lab.stack.url, 'shop', '/c');
  await waitForFigures(page, { pageViews: 6 });
  await waitForFigures(past, { pageViews: 4 });
  await past.getByRole('button', { name: 'Back to now' }).click();
  await waitForFigures(past, { pageViews: 6, events: 6 });

  // By the picker: a minute before the site was, nothing.
  await past.getByRole('button', { name: 'As of now' }).click();
  await past.getByLabel('As of', { exact: true }).fill('2020-01-01T00:00');
  await past.getByRole('button', { name: 'Show it as it was' }).click();
  await past.getByText('Nothing was stored by then.').waitFor();
  await waitForFigures(past, { pageViews: 0, events: 0 });
  expect(past.url()).toContain('as-of=2020-01-01T00:00:00.000Z');
});
