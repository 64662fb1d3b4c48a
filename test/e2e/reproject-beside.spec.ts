import { afterEach, beforeEach, expect, test } from 'vitest';
import { requestJob } from '#database/jobs.js';
import type { StoredEvent } from '#events/stored-event.js';
import { waitFor } from '../harness/wait-for.js';
import { mended, settled } from './support/dead-letters.js';
import {
  aroundChanges,
  daysIn,
  endOf,
  everyProjection,
  expectRebuiltEqual,
  moved,
  order,
  served,
  servedDays,
} from './support/moved-days.js';
import { days, Lab } from './support/projector-lab.js';
import { told, verify } from './support/verify-lab.js';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

/** Where work goes no further than some transactions, until it is released. */
function stuckAfter(transactions: number) {
  let left = transactions;
  return {
    failpoint: () => {
      if (--left < 0) throw new Error('no further for now');
    },
    reached: () => waitFor(() => left < 0, { timeout: 30_000, message: 'work that goes no further' }),
    release: () => (left = Infinity),
  };
}

const small = { batchEvents: 50, buildBatches: 1 };

/** Until told to stop: new events of the site, some of them again, and as many of another site, as fast as they are projected. */
function stream(site: string): { stop: () => Promise<StoredEvent[]> } {
  let going = true;
  const run = (async () => {
    let n = 10_000;
    for (; going; n += 20) {
      const again = aroundChanges(site, Math.max(10_000, n - 3), n);
      await lab.append([...aroundChanges(site, n, n + 20), ...again]);
      await lab.append(aroundChanges('other', n, n + 20));
      await lab.drained();
    }
    return aroundChanges(site, 10_000, n);
  })();
  return {
    stop: () => {
      going = false;
      return run;
    },
  };
}

async function fill(): Promise<StoredEvent[]> {
  const events = aroundChanges('site-a', 0, 1_000);
  for (let n = 0; n < 1_000; n += 20) await lab.append(events.slice(n, n + 20));
  await lab.drained();
  return events;
}

test('events that stream in meanwhile are each counted once, on the right day', async () => {
  let streaming = false;
  /** Messages that came in during each step. */
  const came: number[] = [];
  const wait = async () => {
    const at = await lab.floor();
    if (streaming) await waitFor(async () => (await lab.floor()) >= at + 5, { timeout: 30_000 });
    came.push((await lab.floor()) - at);
  };
  await lab.started({
    projections: everyProjection,
    limits: { batchEvents: 200 },
    failpoints: { reproject_before_commit: wait },
  });
  const events = await fill();
  const coming = stream('site-a');
  streaming = true;
  await moved(lab, 'site-a', 'Asia/Kathmandu', 1);
  await moved(lab, 'site-a', 'America/New_York', 2);
  expect(came.length).toBeGreaterThanOrEqual(2);
  expect(Math.min(...came)).toBeGreaterThanOrEqual(5);
  streaming = false;
  const all = [...events, ...(await coming.stop())];
  await lab.drained();
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('America/New_York', all));
  expect(told(await verify(lab))).toEqual([]);
  await expectRebuiltEqual(lab);
});

test('two orders for one site wait their turn, and of two sites neither disturbs the other', async () => {
  await lab.started({ projections: everyProjection, limits: small });
  const events = await fill();
  const others = aroundChanges('site-b', 0, 100);
  await lab.append(others);
  await lab.drained();
  const ids = [
    await order(lab, 'site-a', 'Asia/Kathmandu', 1),
    await order(lab, 'site-b', 'America/New_York', 1),
    await order(lab, 'site-a', 'America/New_York', 3),
    await order(lab, 'site-a', 'Asia/Tokyo', 2),
  ];
  const ended = [];
  for (const id of ids) ended.push((await endOf(lab, id)).progress.result);
  expect(ended.slice(0, 3)).toEqual([1, 1, 3].map((revision) => ({ revision, reprojected: true })));
  expect(ended[3]).toEqual({ revision: 3, reprojected: false });
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('America/New_York', events));
  expect(await servedDays(lab, 'site-b')).toEqual(daysIn('America/New_York', others));
});

test('beside a rebuild of everything, whose generations get the new settings as far as they are', async () => {
  const stuck = stuckAfter(5);
  await lab.started({
    projections: everyProjection,
    limits: small,
    failpoints: { build_before_commit: stuck.failpoint },
  });
  const events = await fill();
  const rebuild = await requestJob(lab.pool, 'rebuild', { swap: true });
  await stuck.reached();
  const [stands] = await lab.query<{ least: number; most: number }>(
    'SELECT min(sequence)::int AS least, max(sequence)::int AS most FROM checkpoint',
  );
  expect(stands?.least).toBeGreaterThan(0);
  expect(stands?.least).toBeLessThan(stands?.most ?? 0);

  await moved(lab, 'site-a', 'America/New_York', 1);
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('America/New_York', events));
  const [{ sets } = { sets: 0 }] = await lab.query<{ sets: number }>(
    'SELECT count(*)::int AS sets FROM spare_row_set WHERE revision = 0',
  );
  expect(sets).toBe(2 * everyProjection.length);
  const before = await served(lab);
  stuck.release();
  await endOf(lab, rebuild);
  expect(await served(lab)).toEqual(before);
  expect(told(await verify(lab))).toEqual([]);
});

test('a builder that has a part of the log in hand ends it with the old settings, and the switch waits', async () => {
  let stretches = 0;
  let move = 0;
  const waits = () =>
    lab.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE OF c'`,
    );
  const inHand = async () => {
    if (++stretches !== 3) return;
    move = await order(lab, 'site-a', 'America/New_York', 1);
    const over = () => lab.query(`SELECT FROM job WHERE id = ${move} AND state = 'done'`);
    await waitFor(async () => (await waits()).length + (await over()).length > 0, { timeout: 30_000 });
  };
  await lab.started({
    projections: everyProjection,
    limits: small,
    failpoints: { build_before_commit: inHand },
  });
  const events = await fill();
  const rebuild = await requestJob(lab.pool, 'rebuild', { swap: true });
  await waitFor(() => move > 0, { timeout: 30_000, message: 'an order' });
  await endOf(lab, move);
  await endOf(lab, rebuild);
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('America/New_York', events));
  expect(told(await verify(lab))).toEqual([]);
  for (const projection of everyProjection)
    expect(await lab.dump(projection, 1)).toEqual(await lab.dump(projection, 2));
});

test('a rebuild that begins meanwhile is filled with the new settings from the switch on', async () => {
  const stuck = stuckAfter(3);
  await lab.started({
    projections: everyProjection,
    limits: small,
    failpoints: { reproject_before_commit: stuck.failpoint },
  });
  const events = await fill();
  const move = await order(lab, 'site-a', 'Asia/Kathmandu', 1);
  await stuck.reached();
  await endOf(lab, await requestJob(lab.pool, 'rebuild', { swap: true }));
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('UTC', events));
  stuck.release();
  await endOf(lab, move);
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('Asia/Kathmandu', events));
  expect(told(await verify(lab))).toEqual([]);
  for (const projection of everyProjection)
    expect(await lab.dump(projection, 1)).toEqual(await lab.dump(projection, 2));
});

test('a dead letter of the site that is retried meanwhile is in the new figures', async () => {
  const first = await lab.started({ projections: everyProjection, limits: small });
  const poisoned = aroundChanges('site-a', 2_000, 2_003).map((each) => ({ ...each, type: 'poison' }));
  await lab.append(poisoned);
  const events = [...poisoned, ...(await fill())];
  await first.stop();
  const stuck = stuckAfter(3);
  await lab.started({
    projections: [mended, ...everyProjection.filter((each) => each !== days)],
    limits: small,
    failpoints: { reproject_before_commit: stuck.failpoint },
  });
  const move = await order(lab, 'site-a', 'America/New_York', 1);
  await stuck.reached();
  const filled = () =>
    lab.query<{ rowSet: number; sequence: number }>(
      'SELECT row_set AS "rowSet", sequence FROM spare_row_set WHERE job_id IS NOT NULL ORDER BY 1',
    );
  const before = await filled();
  expect(before.length).toBe(everyProjection.length);
  expect(before.every(({ sequence }) => sequence > 3)).toBe(true);
  expect(await settled(lab, 'retry_dead_letters')).toMatchObject({ retried: 3, failed: 0 });
  stuck.release();
  await endOf(lab, move);
  const [{ sum } = { sum: 0 }] = await lab.query<{ sum: number }>(
    `SELECT sum(events)::int FROM lab_days_g1 JOIN row_set USING (row_set)`,
  );
  expect(sum).toBe(events.length);
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('America/New_York', events));
  expect(told(await verify(lab))).toEqual([]);
});

test('everything from zero, which begins meanwhile, goes before, and then the order begins anew', async () => {
  const stuck = stuckAfter(3);
  await lab.started({
    projections: everyProjection,
    limits: small,
    failpoints: { reproject_before_commit: stuck.failpoint },
  });
  const events = await fill();
  const move = await order(lab, 'site-a', 'America/New_York', 1);
  await stuck.reached();
  const fromZero = await requestJob(lab.pool, 'rebuild_from_zero');
  const begun = () => lab.query(`SELECT FROM job WHERE id = ${fromZero} AND state <> 'queued'`);
  await waitFor(async () => (await begun()).length > 0, { timeout: 30_000 });
  stuck.release();
  await endOf(lab, fromZero);
  await endOf(lab, move);
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('America/New_York', events));
  expect(told(await verify(lab))).toEqual([]);
});
