import { afterEach, expect, test, vi } from 'vitest';
import { findJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { waitFor } from '../harness/wait-for.js';
import { cutEveryStatement } from '../laws/support/cut-connections.js';
import {
  aroundChanges,
  daysIn,
  endOf,
  everyProjection,
  order,
  served,
  servedDays,
} from './support/moved-days.js';
import { Lab } from './support/projector-lab.js';
import { told, verify } from './support/verify-lab.js';

let lab: Lab;
afterEach(async () => {
  vi.restoreAllMocks();
  await lab.close();
});

/** Of the statements at which it is killed, the ones that must be among them. */
const steps = [
  'BEGIN',
  `UPDATE job SET state = 'running'`,
  'LOCK TABLE generation',
  'INSERT INTO spare_row_set (site_id, generation_id, settings, revision, job_id)',
  'INTO unique_visitors_g1_visitors',
  'INTO hourly_series_g1',
  'INTO lab_paths_g1',
  'UPDATE spare_row_set SET sequence',
  'FOR NO KEY UPDATE OF c',
  'INSERT INTO spare_row_set (row_set, site_id',
  'INSERT INTO row_set',
  'DELETE FROM spare_row_set',
  'UPDATE site SET time_zone',
  `UPDATE job SET state = 'done'`,
  'COMMIT',
];

test.each(['before', 'after'] as const)(
  'killed %s each statement, it goes on and gives the same rows',
  async (when) => {
    lab = await Lab.open();
    const options = { projections: everyProjection, limits: { batchEvents: 100, buildBatches: 1 } };
    let projector = await lab.started(options);
    const events = aroundChanges('site-a', 0, 600);
    for (let n = 0; n < 600; n += 20) {
      await lab.append([...events.slice(n, n + 20), ...events.slice(0, 3)]);
      await lab.append(aroundChanges('other', n, n + 5));
    }
    await lab.drained();
    const others = await served(lab, (site) => site !== 'site-a');

    const cut = cutEveryStatement(when, 'build');
    const id = await order(lab, 'site-a', 'America/New_York', 1);
    for (let kills = 0; ; kills = cut.size) {
      const ended = await waitFor(
        async () => {
          if (cut.size > kills) return 'killed';
          const job = await findJob(rowsOf(lab.pool), id);
          return job?.state === 'done' || job?.state === 'failed' ? 'ended' : undefined;
        },
        { timeout: 60_000, message: () => `the end, killed at ${[...cut].at(-1) ?? 'nothing'}` },
      );
      if (ended === 'ended') break;
      await projector.stop();
      projector = await lab.started(options);
    }
    await endOf(lab, id);
    expect(steps.filter((step) => ![...cut].some((text) => text.includes(step)))).toEqual([]);
    expect(await servedDays(lab, 'site-a')).toEqual(daysIn('America/New_York', events));
    expect(await served(lab, (site) => site !== 'site-a')).toEqual(others);
    expect(told(await verify(lab))).toEqual([]);
  },
);
