import { afterEach, beforeEach, expect, test } from 'vitest';
import { requestJob } from '#database/jobs.js';
import { tableNames } from '#projection/table.js';
import type { Projection } from '#projection/types.js';
import { waitFor } from '../harness/wait-for.js';
import { ended, eventsOf } from './support/dead-letters.js';
import { endOf, moved, order } from './support/moved-days.js';
import { days, Lab, labEvent, labProjections, paths } from './support/projector-lab.js';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

/** Rows of these generations that no site points to, by table. */
async function unpointed(numbers: readonly number[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const projection of labProjections)
    for (const number of numbers) {
      const { main, sets } = tableNames(projection, number);
      for (const table of [main, ...Object.values(sets)]) {
        const [row] = await lab.query<{ rows: number }>(
          `SELECT count(*)::int AS rows FROM ${table} WHERE row_set NOT IN (SELECT row_set FROM row_set)`,
        );
        found[table] = row?.rows ?? -1;
      }
    }
  return found;
}

const nothing = { lab_days_g1: 0, lab_days_g1_visitors: 0, lab_paths_g1: 0 };
const swept = () =>
  waitFor(async () => (await lab.query('SELECT FROM spare_row_set')).length === 0, {
    timeout: 60_000,
    message: 'row sets that are gone',
  });

test('what was served before is kept for its time, and then deleted, however many rows', async () => {
  await lab.started();
  // More rows than are deleted in one go.
  const events = Array.from({ length: 12_000 }, (_, n) =>
    labEvent('site-a', n, { type: 'page_view', path: `/${n}` }),
  );
  for (let n = 0; n < events.length; n += 500) await lab.append(events.slice(n, n + 500));
  await lab.append(eventsOf('site-b', 0, 50));
  await lab.drained();
  await moved(lab, 'site-a', 'Asia/Kathmandu', 1);
  const before = [await lab.dump(days), await lab.dump(paths)];
  const kept = await unpointed([1]);
  expect(kept).toEqual({ lab_days_g1: 3, lab_days_g1_visitors: 51, lab_paths_g1: 12_000 });

  // A sweep that came by has left them alone.
  await lab.query(
    `INSERT INTO spare_row_set (site_id, generation_id, settings, revision, kept_until)
     SELECT s.id, g.id, '{}', 9, now() FROM site s, generation g WHERE s.name = 'site-b' AND g.projection = 'lab_days'`,
  );
  await waitFor(async () => (await lab.query('SELECT FROM spare_row_set WHERE revision = 9')).length === 0);
  expect(await unpointed([1])).toEqual(kept);

  await lab.query('UPDATE spare_row_set SET kept_until = now()');
  await swept();
  expect(await unpointed([1])).toEqual(nothing);
  expect([await lab.dump(days), await lab.dump(paths)]).toEqual(before);
});

test('what a failed order had filled is deleted', async () => {
  const fussy: Projection = {
    ...days,
    project: (event, site, position) => {
      if (site.timeZone !== 'UTC' && event.id === labEvent('site-a', 450).id) throw new Error('not here');
      return days.project(event, site, position);
    },
  };
  // Nothing is swept before the order has failed.
  const limits = { batchEvents: 50, buildBatches: 1, sweepMs: 3_600_000 };
  const first = await lab.started({ projections: [fussy, paths], limits });
  for (let n = 0; n < 500; n += 25) await lab.append(eventsOf('site-a', n, n + 25));
  await lab.drained();
  const id = await requestJob(lab.pool, 'reproject', {
    site: 'site-a',
    timeZone: 'Asia/Kathmandu',
    revision: 1,
  });
  expect((await ended(lab, id)).state).toBe('failed');
  expect((await unpointed([1])).lab_paths_g1).toBeGreaterThan(0);
  await first.stop();
  await lab.started();
  await swept();
  expect(await unpointed([1])).toEqual(nothing);
});

test('what an order filled that nobody carries out any more is deleted', async () => {
  let stuckAt = 2;
  const stuck = () => {
    if (--stuckAt < 0) throw new Error('no further for now');
  };
  await lab.started({
    limits: { batchEvents: 50, buildBatches: 1 },
    failpoints: { reproject_before_commit: stuck },
  });
  for (let n = 0; n < 500; n += 25) await lab.append(eventsOf('site-a', n, n + 25));
  await lab.drained();
  const id = await order(lab, 'site-a', 'Asia/Kathmandu', 1);
  await waitFor(() => stuckAt < 0, { timeout: 30_000, message: 'an order that goes no further' });
  expect((await unpointed([1])).lab_paths_g1).toBeGreaterThan(0);
  await lab.query(`UPDATE job SET state = 'failed', error = 'given up' WHERE id = ${id}`);
  await swept();
  expect(await unpointed([1])).toEqual(nothing);

  // One that comes later begins anew.
  stuckAt = Infinity;
  await moved(lab, 'site-a', 'Asia/Kathmandu', 2);
  // With a generation the row sets that were kept for it go.
  await endOf(lab, await requestJob(lab.pool, 'rebuild', { swap: true }));
  for (const projection of ['lab_days', 'lab_paths'])
    await endOf(lab, await requestJob(lab.pool, 'retire', { projection }));
  await swept();
  expect(await unpointed([2])).toEqual({ lab_days_g2: 0, lab_days_g2_visitors: 0, lab_paths_g2: 0 });
});
