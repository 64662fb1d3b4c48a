import { beforeAll, describe, expect, test } from 'vitest';

import { runCommand } from '../harness/stack.js';
import { sendViews } from './support/dashboard.js';
import { expectRoomyHeader } from './support/header-boxes.js';
import { pageLab } from './support/page-lab.js';

const NAME = 'A very long name of a shop with a long name';

const lab = pageLab();

beforeAll(async () => {
  await sendViews(lab.stack.url, 'long', '/');
  const named = await runCommand(lab.stack.dataDir, 'site', 'rename', 'long', NAME);
  expect(named.code, named.stderr).toBe(0);
});

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
    await expectRoomyHeader(page, 6, `${name.replaceAll(' ', '-')}-${colorScheme}`);
  });
});
