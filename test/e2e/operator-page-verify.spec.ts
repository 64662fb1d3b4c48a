import { afterAll, beforeAll, expect, test } from 'vitest';
import { projections } from '#projections/index.js';
import { accessibilityFaults, overflow } from '../harness/browser.js';
import { ask } from './support/ask.js';
import { OperatorLab } from './support/operator-lab.js';
import { order } from './support/operator-page.js';
import { labEvent } from './support/projector-lab.js';

const SLOW = { timeout: 60_000 };

let operator: OperatorLab;
beforeAll(async () => {
  operator = await OperatorLab.open();
  await operator.lab.started({ projections });
  const events = Array.from({ length: 60 }, (_, n) => labEvent(n % 2 ? 'site-a' : 'site-b', n));
  await operator.lab.append(events);
  await operator.lab.drained();
});
afterAll(() => operator.close());

test('a verification is ordered, and what the last one found is shown, whoever ordered it', async () => {
  const { lab, api } = operator;
  const { page, problems, close } = await operator.page({ viewport: { width: 360, height: 800 } });
  const panel = page.getByRole('region', { name: 'Verification' });
  const orders = page.getByRole('region', { name: 'Orders' });
  await panel.getByText(/^Nothing has been verified yet\./).waitFor();
  await orders.getByText('Nothing has been ordered yet.').waitFor();
  await order(page, 'Verify now', 'Verify');
  await panel.getByText('No drift: what is recorded equals the log.').waitFor(SLOW);
  await panel.getByText(/^60 events computed anew in /).waitFor();
  await orders.getByText('Verify everything · done').waitFor();

  await lab.query(
    `UPDATE daily_aggregates_g1 SET page_views = page_views + 5
     WHERE day = '2026-03-02' AND row_set = (SELECT row_set FROM row_set r JOIN site s ON s.id = r.site_id
       JOIN generation g ON g.id = r.generation_id WHERE s.name = 'site-a' AND g.projection = 'daily_aggregates')`,
  );
  // By the command line, say: the page is told of it all the same.
  await ask(api, 'mutation { verify(site: "site-a") { id } }');
  await panel.getByText('Drift: 1 row differs from the log.').waitFor(SLOW);
  await panel.getByText(/; site site-a alone$/).waitFor();
  await orders.getByText('Verify site site-a · done').waitFor();
  const finding = panel.getByRole('listitem');
  await finding.getByText('daily_aggregates, page_views, Mar 2, 2026 · differs').waitFor();
  const fact = (n: number) => finding.getByRole('definition').nth(n).textContent();
  const [log, recorded] = [await fact(1), await fact(2)];
  expect(Number(recorded)).toBe(Number(log) + 5);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);

  await page.getByRole('button', { name: 'Verify now' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Site').selectOption('site-a');
  await dialog.getByLabel('First day').fill('2026-03-03');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Verify', exact: true }).click();
  await orders.getByText('Verify site site-a from 2026-03-03 · done').waitFor(SLOW);
  await panel.getByText('No drift: what is recorded equals the log.').waitFor();
  await panel.getByText(/; site site-a alone, from Mar 3, 2026$/).waitFor();
  expect(problems).toEqual([]);
  await close();
});
