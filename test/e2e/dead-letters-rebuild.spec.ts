import { afterEach, describe, expect, test } from 'vitest';
import { DISCARD_DEAD_LETTERS, RETRY_DEAD_LETTERS } from '#database/dead-letter-orders.js';
import { requestJob } from '#database/jobs.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { Projection } from '#projection/types.js';
import { waitFor } from '../harness/wait-for.js';
import {
  appendTenPoisoned,
  ended,
  eventsOf,
  lettersIn,
  mended,
  nothing,
  poisoned,
  settled,
  withMended,
} from './support/dead-letters.js';
import { days, expectedDays, Lab, paths } from './support/projector-lab.js';

let lab: Lab;
afterEach(() => lab.close());

describe('a retry while a rebuild of the same projection goes on', () => {
  const rebuild = () => requestJob(lab.pool, 'rebuild', { projection: 'lab_days', swap: true });

  /** Whether a statement like this waits for a lock. */
  const lockWaits = async (statement: string) =>
    (
      await lab.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
        [statement],
      )
    ).length > 0;

  test.each([
    ['has not reached the events yet', 1, 10],
    ['has passed some of them', 6, 11],
  ])('that %s: every generation has them once', async (_, batches, atLeast) => {
    lab = await Lab.open();
    const broken = await lab.started();
    const all = await appendTenPoisoned(lab);
    await broken.stop();
    let built = 0;
    const breakOff = () => {
      if (++built >= batches) throw new Error('broken off');
    };
    const limits = { batchEvents: 40, buildBatches: 1 };
    const stuck = await lab.started({ ...withMended, limits, failpoints: { build_before_commit: breakOff } });
    const job = await rebuild();
    await waitFor(() => built >= batches);
    const listed = (await lettersIn(lab)).length;
    expect(listed).toBeGreaterThanOrEqual(atLeast);
    expect(listed).toBeLessThan(20);
    expect(await settled(lab, RETRY_DEAD_LETTERS)).toEqual({ ...nothing, retried: listed });
    expect(await lab.dump(days, 1)).toEqual(expectedDays(all));
    await stuck.stop();

    await lab.started({ ...withMended, limits });
    expect(await ended(lab, job)).toMatchObject({ state: 'done', error: null });
    expect(await lab.dump(days)).toEqual(expectedDays(all));
    expect(await lab.dump(days, 2)).toEqual(await lab.dump(days, 1));
    expect(await lettersIn(lab)).toEqual([]);
  });

  test('that would begin meanwhile waits for the retry', async () => {
    lab = await Lab.open();
    const broken = await lab.started();
    const all = await appendTenPoisoned(lab);
    await broken.stop();
    const gate = closedGate();
    const limits = { batchEvents: 40, buildBatches: 1 };
    await lab.started({ ...withMended, limits, failpoints: { settle_before_commit: gate.pass } });
    const retry = await requestJob(lab.pool, RETRY_DEAD_LETTERS, {});
    await waitFor(() => gate.reached());
    const job = await rebuild();
    await waitFor(() => lockWaits('LOCK TABLE generation %'), {
      message: 'the rebuild to wait for the retry',
    });
    gate.open();
    expect((await ended(lab, retry)).progress.result).toEqual({ ...nothing, retried: 10 });
    expect(await ended(lab, job)).toMatchObject({ state: 'done', error: null });
    expect(await lab.dump(days)).toEqual(expectedDays(all));
    expect(await lettersIn(lab)).toEqual([]);
  });

  test('that is just passing them: the retry waits for it', async () => {
    lab = await Lab.open();
    const broken = await lab.started();
    const all = await appendTenPoisoned(lab);
    await broken.stop();
    const gate = closedGate();
    const limits = { batchEvents: 200, buildBatches: 1 };
    await lab.started({ ...withMended, limits, failpoints: { build_before_commit: gate.pass } });
    const job = await rebuild();
    await waitFor(() => gate.reached());
    const retry = await requestJob(lab.pool, RETRY_DEAD_LETTERS, {});
    await waitFor(() => lockWaits('%FOR NO KEY UPDATE OF c'), {
      message: 'the retry to wait for the builder',
    });
    gate.open();
    expect((await ended(lab, retry)).progress.result).toMatchObject({ failed: 0, skipped: 0 });
    expect(await ended(lab, job)).toMatchObject({ state: 'done', error: null });
    expect(await lab.dump(days)).toEqual(expectedDays(all));
    expect(await lab.dump(days, 2)).toEqual(await lab.dump(days, 1));
    expect(await lettersIn(lab)).toEqual([]);
  });

  test('whenever it comes, one event after the other, while events stream in', async () => {
    lab = await Lab.open();
    const broken = await lab.started({ limits: { parkedHandful: 100 } });
    const all: StoredEvent[] = [];
    for (let n = 0; n < 3_000; n += 50) {
      const events = [...eventsOf('site-a', n, n + 49), ...poisoned('site-a', n + 49, n + 50)];
      await lab.append(events);
      all.push(...events);
    }
    await lab.drained();
    await broken.stop();
    await lab.started({ ...withMended, limits: { batchEvents: 50, tickMs: 10 } });
    const ids = (await lettersIn(lab)).map((each) => each.id);
    const job = await rebuild();
    const retries = [];
    for (const [i, id] of ids.entries()) {
      retries.push(await requestJob(lab.pool, RETRY_DEAD_LETTERS, { id }));
      const more = eventsOf('site-a', 5_000 + i * 10, 5_010 + i * 10);
      await lab.append(more);
      all.push(...more);
    }
    for (const id of retries) expect((await ended(lab, id)).state).toBe('done');
    expect(await ended(lab, job)).toMatchObject({ state: 'done', error: null });
    await lab.drained();
    expect(await lab.dump(days)).toEqual(expectedDays(all));
    expect(await lab.dump(days, 2)).toEqual(await lab.dump(days, 1));
    expect(await lettersIn(lab)).toEqual([]);
  });
});

test('what is open or discarded is skipped by a rebuild and listed for the new generation', async () => {
  lab = await Lab.open();
  await lab.started();
  await lab.append([...eventsOf('site-a', 0, 50), ...poisoned('site-a', 50, 52)]);
  await lab.drained();
  const [first] = await lettersIn(lab);
  const order = { id: first?.id, note: 'a test of ours' };
  expect(await settled(lab, DISCARD_DEAD_LETTERS, order)).toEqual({ ...nothing, discarded: 1 });
  expect(await settled(lab, DISCARD_DEAD_LETTERS, { ...order, note: 'again' })).toEqual(nothing);
  expect(await settled(lab, RETRY_DEAD_LETTERS, { id: first?.id })).toEqual(nothing);

  const job = await ended(lab, await requestJob(lab.pool, 'rebuild', { projection: 'lab_days', swap: true }));
  expect(job).toMatchObject({ state: 'done', error: null });
  expect((await lettersIn(lab)).map(({ number, status, note }) => [number, status, note])).toEqual([
    [1, 'discarded', 'a test of ours'],
    [1, 'open', null],
    [2, 'discarded', 'a test of ours'],
    [2, 'open', null],
  ]);
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 50)));

  // Discarding what stands in one generation means the event, wherever it was parked.
  const open = (await lettersIn(lab)).find((each) => each.status === 'open' && each.number === 1);
  expect(await settled(lab, DISCARD_DEAD_LETTERS, { id: open?.id, note: 'too' })).toEqual({
    ...nothing,
    discarded: 2,
  });
});

test('after a switch a retry counts the event in the kept generation too, so that switching back loses nothing', async () => {
  lab = await Lab.open();
  const broken = await lab.started();
  const all = await appendTenPoisoned(lab);
  const job = await requestJob(lab.pool, 'rebuild', { projection: 'lab_days', swap: true });
  expect((await ended(lab, job)).state).toBe('done');
  await broken.stop();
  await lab.started(withMended);
  const served = (await lettersIn(lab)).filter((each) => each.number === 2);
  for (const { id } of served) {
    expect(await settled(lab, RETRY_DEAD_LETTERS, { id })).toEqual({ ...nothing, retried: 2 });
  }
  expect(served).toHaveLength(10);
  expect(await lab.dump(days, 2)).toEqual(expectedDays(all));
  expect(await lab.dump(days, 1)).toEqual(expectedDays(all));
});

test('a generation of a version that does not run here is left alone until its code runs', async () => {
  lab = await Lab.open();
  const next: Projection = { ...days, version: 2 };
  const old = await lab.started();
  const all = await appendTenPoisoned(lab);
  await old.stop();
  const both = await lab.started({ projections: [days, next, paths] });
  await waitFor(async () => (await lab.query(`SELECT FROM job WHERE state = 'done'`)).length === 1);
  await both.stop();
  expect(await lettersIn(lab)).toHaveLength(20);

  const one = await lab.started(withMended);
  expect(await settled(lab, RETRY_DEAD_LETTERS)).toEqual({ ...nothing, retried: 10, skipped: 10 });
  expect(await lab.dump(days, 1)).toEqual(expectedDays(all));
  expect((await lettersIn(lab)).map((each) => [each.number, each.attempts])).toEqual(
    Array.from({ length: 10 }, () => [2, 1]),
  );
  await one.stop();
  await lab.started({ projections: [mended, { ...mended, version: 2 }, paths] });
  expect(await settled(lab, RETRY_DEAD_LETTERS)).toEqual({ ...nothing, retried: 10 });
  expect(await lab.dump(days, 2)).toEqual(expectedDays(all));
});

/** A failpoint where whoever comes by waits until it is opened. */
function closedGate(): { pass: () => Promise<void>; reached: () => boolean; open: () => void } {
  let open = () => undefined as void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let reached = false;
  const pass = () => {
    reached = true;
    return opened;
  };
  return { pass, reached: () => reached, open: () => open() };
}
