import { afterAll, beforeAll, expect, test } from 'vitest';
import { projections } from '#projections/index.js';
import { accessibilityFaults } from '../harness/browser.js';
import { ask } from './support/ask.js';
import { OperatorLab } from './support/operator-lab.js';
import { focusedPart, order } from './support/operator-page.js';
import { labEvent } from './support/projector-lab.js';

const SLOW = { timeout: 60_000 };

let operator: OperatorLab;
beforeAll(async () => {
  operator = await OperatorLab.open();
});
afterAll(() => operator.close());

test('without a projector the page says so, and it takes up what was ordered meanwhile', async () => {
  const { lab, api } = operator;
  const { page, problems, close } = await operator.page();
  await page.getByRole('heading', { name: 'No projections yet' }).waitFor();
  const first = await lab.started({ projections });
  const card = page.getByRole('region', { name: 'top_paths', exact: true });
  await card.getByText('served', { exact: true }).waitFor(SLOW);
  await lab.append([labEvent('site-a', 1)]);
  await lab.drained();
  await first.stop();

  const log = page.getByRole('region', { name: 'The log' });
  const alert = log.getByRole('alert');
  await alert.getByText('No projector runs.').waitFor(SLOW);
  // The log grows on: nothing in the database says so.
  const { sequence } = await lab.log.head(0);
  api.heads = [{ partition: 0, sequence: sequence + 7, durability: 'synced' }];
  await log.getByRole('row', { name: `0 0 7 ${sequence + 7}` }).waitFor(SLOW);
  await order(page, 'Rebuild top_paths', 'Rebuild');
  const orders = page.getByRole('region', { name: 'Orders' });
  await orders.getByText('Rebuild top_paths · waits for a projector').waitFor(SLOW);
  expect(await accessibilityFaults(page)).toEqual([]);

  await lab.started({ projections });
  await orders.getByText('Rebuild top_paths · done').waitFor(SLOW);
  await alert.waitFor({ state: 'detached' });
  await orders.getByRole('status').getByText('Rebuild top_paths: done').waitFor();

  await page.getByRole('button', { name: 'Switch top_paths to generation 2' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/From one moment on/).waitFor();
  // Somebody else drops it meanwhile: the question goes, and the keyboard stays in its place.
  await ask(api, 'mutation { retireProjection(name: "top_paths", generation: 2) { id } }');
  await dialog.waitFor({ state: 'detached', ...SLOW });
  expect(await focusedPart(page)).toBe('projection-top_paths');
  expect(problems).toEqual([]);
  await close();
});
