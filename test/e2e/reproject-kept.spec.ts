import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Projection } from '#projection/types.js';
import { everyProjection, moved } from './support/moved-days.js';
import { days, Lab, labEvent } from './support/projector-lab.js';
import { countedByHand, NOTHING, ruled, RULES, servedFigures } from './support/ruled-site.js';
import { told, verify } from './support/verify-lab.js';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

const small = { batchEvents: 50, buildBatches: 1 };

async function append(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 20) {
    const some = Array.from({ length: Math.min(20, to - n) }, (_, i) => ruled('site-a', n + i).event);
    await lab.append([...some, ...some.slice(0, 2)]);
  }
  await lab.drained();
}

/** Those that the site points to. */
const rowSets = () => lab.query('SELECT generation_id, row_set FROM row_set ORDER BY generation_id');

test('back to settings that the site had, its row sets of then go on; how often makes no difference', async () => {
  await lab.started({ projections: everyProjection, limits: small });
  await append(0, 400);
  const without = await rowSets();
  await moved(lab, 'site-a', 'UTC', 1, RULES);
  const withRules = await rowSets();
  await append(400, 500);

  const undone = await moved(lab, 'site-a', 'UTC', 2);
  expect(await rowSets()).toEqual(without);
  // With the 400 of then, the 100 since.
  expect(undone.progress).toMatchObject({ eventsDone: 500, result: { revision: 2, reprojected: true } });
  expect(await servedFigures(lab, 'site-a')).toEqual(countedByHand('site-a', 0, 500, false));
  expect(await lab.query('SELECT time_zone, rules, revision FROM site')).toEqual([
    { time_zone: 'UTC', rules: [], revision: 2 },
  ]);
  await append(500, 560);
  await moved(lab, 'site-a', 'UTC', 3, RULES);
  expect(await rowSets()).toEqual(withRules);
  await append(560, 600);
  await moved(lab, 'site-a', 'UTC', 4);
  expect(await rowSets()).toEqual(without);
  expect(await servedFigures(lab, 'site-a')).toEqual(countedByHand('site-a', 0, 600, false));
  expect(told(await verify(lab))).toEqual([]);
});

test('what is kept no longer, or was made with another list of bots, is folded anew', async () => {
  await lab.started({ projections: everyProjection, limits: small });
  await append(0, 200);
  const first = await rowSets();
  await moved(lab, 'site-a', 'UTC', 1, RULES);
  const second = await rowSets();
  await lab.query('UPDATE spare_row_set SET kept_until = now()');
  await moved(lab, 'site-a', 'UTC', 2);
  const third = await rowSets();
  expect(third).not.toEqual(first);
  await lab.query(`UPDATE spare_row_set SET settings = settings || '{"botList": "another"}'`);
  await moved(lab, 'site-a', 'UTC', 3, RULES);
  expect(await rowSets()).not.toEqual(second);
  expect(await servedFigures(lab, 'site-a')).toEqual(countedByHand('site-a', 0, 200, true));
  expect(told(await verify(lab))).toEqual([]);
});

test('an event that has become a dead letter since is not in what the site goes back to', async () => {
  const fussy: Projection = {
    ...days,
    project(event, site, position) {
      if (event.path === '/fussy' && site.timeZone !== 'UTC') throw new Error('not here');
      return days.project(event, site, position);
    },
  };
  await lab.started({ projections: [fussy], limits: small });
  await lab.append([labEvent('site-a', 1), labEvent('site-a', 2, { path: '/fussy' })]);
  await lab.drained();
  const first = await lab.dump(days);
  await moved(lab, 'site-a', 'UTC', 1, [NOTHING]);
  // Left out until now, it was not tried in this zone before.
  await moved(lab, 'site-a', 'Asia/Kathmandu', 2);
  expect(await lab.query('SELECT ordinal FROM dead_letter')).toEqual([{ ordinal: 1 }]);
  await moved(lab, 'site-a', 'UTC', 3);
  const [{ events } = { events: 0 }] = await lab.query<{ events: number }>(
    `SELECT sum(events)::int AS events FROM lab_days_g1 JOIN row_set USING (row_set)`,
  );
  expect(events).toBe(1);
  expect(await lab.dump(days)).not.toEqual(first);
  expect(told(await verify(lab))).toEqual([]);
});
