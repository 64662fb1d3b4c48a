import { afterEach, expect, test } from 'vitest';
import { fedGenerations } from '#database/fed-generations.js';
import { findJob, requestJob, type Job } from '#database/jobs.js';
import { projectionStatus } from '#database/projection-status.js';
import { rowsOf } from '#database/row-reader.js';
import type { Projection } from '#projection/types.js';
import type { Projector } from '#projector/projector.js';
import { waitFor } from '../harness/wait-for.js';
import { days, expectedDays, Lab, labEvent, paths } from './support/projector-lab.js';

let lab: Lab;
afterEach(() => lab.close());

const eventsOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => labEvent('site-a', from + i));

async function carriedOut(kind: string, order: Record<string, unknown>): Promise<Job> {
  const id = await requestJob(lab.pool, kind, order);
  return waitFor(
    async () => {
      const job = await findJob(rowsOf(lab.pool), id);
      return job?.state === 'done' || job?.state === 'failed' ? job : undefined;
    },
    { timeout: 60_000, message: `the end of ${kind}` },
  );
}

const rebuild = (swap = false) => carriedOut('rebuild', { projection: 'lab_days', swap });
const statuses = async (projection = 'lab_days') =>
  Object.fromEntries(
    (await fedGenerations(rowsOf(lab.pool), projection)).map(({ number, status }) => [number, status]),
  );

test('swapped to, rolled back from and retired, fed all the while', async () => {
  lab = await Lab.open();
  await lab.started();
  await lab.append(eventsOf(0, 200));
  await lab.drained();
  expect((await rebuild()).state).toBe('done');
  expect(await statuses()).toEqual({ 1: 'served', 2: 'building' });

  const swapped = await carriedOut('swap', { projection: 'lab_days', generation: 2, served: 1 });
  expect(swapped).toMatchObject({ state: 'done', progress: { result: { from: 1, to: 2 } } });
  expect(await statuses()).toEqual({ 1: 'kept', 2: 'served' });
  await lab.append(eventsOf(200, 250));
  await lab.drained();
  expect(await lab.dump(days, 1)).toEqual(expectedDays(eventsOf(0, 250)));

  const back = await carriedOut('rollback', { projection: 'lab_days' });
  expect(back.progress.result).toEqual({ from: 2, to: 1 });
  expect(await statuses()).toEqual({ 1: 'served', 2: 'kept' });
  await lab.append(eventsOf(250, 300));
  await lab.drained();
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf(0, 300)));
  expect(await lab.dump(days, 2)).toEqual(expectedDays(eventsOf(0, 300)));

  const retired = await carriedOut('retire', { projection: 'lab_days' });
  expect(retired.progress.result).toEqual({ retired: [2] });
  expect(await statuses()).toEqual({ 1: 'served' });
  await waitFor(
    async () => (await lab.query(`SELECT FROM pg_tables WHERE tablename LIKE 'lab_days_g2%'`)).length === 0,
  );
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf(0, 300)));
});

test('what cannot be done is refused in words, and nothing changes', async () => {
  lab = await Lab.open();
  await lab.started();
  await lab.append(eventsOf(0, 50));
  await lab.drained();
  const refusal = async (kind: string, order: Record<string, unknown>) => {
    const before = await statuses();
    const { state, error } = await carriedOut(kind, { projection: 'lab_days', ...order });
    expect([state, await statuses()]).toEqual(['failed', before]);
    return error;
  };
  expect(await refusal('swap', {})).toMatch(
    /no new generation to swap to; build one with "rebuild lab_days"/,
  );
  expect(await refusal('rollback', {})).toMatch(/no kept generation/);
  expect(await refusal('retire', {})).toMatch(/no kept generation/);
  expect(await refusal('retire', { generation: 1 })).toMatch(/generation 1 of lab_days is served/);
  expect(await refusal('swap', { generation: 7 })).toMatch(/no generation 7; there are 1/);
  expect(await refusal('swap', { projection: 'nonsense' })).toMatch(/there is no projection nonsense/);
  expect(await refusal('rebuild', { projection: 'nonsense', swap: false })).toMatch(
    /there is no projection nonsense; there are lab_days, lab_paths/,
  );
  await rebuild();
  expect(await refusal('swap', { generation: 2, served: 3 })).toMatch(/generation 1 .* is served now, not 3/);
  expect(await refusal('retire', {})).toMatch(/to give up one that is being built, name it: 2/);
});

test('a generation that has not caught up is not swapped to, and can be given up', async () => {
  lab = await Lab.open();
  const stuck = () => Promise.reject(new Error('no progress'));
  const first = await lab.started({
    limits: { batchEvents: 10, buildBatches: 1 },
    failpoints: { build_before_commit: stuck },
  });
  for (let n = 0; n < 500; n += 10) await lab.append(eventsOf(n, n + 10));
  await lab.drained();
  const id = await requestJob(lab.pool, 'rebuild', { projection: 'lab_days', swap: true });
  await waitFor(async () => (await statuses())[2] === 'building');
  const swap = await carriedOut('swap', { projection: 'lab_days' });
  expect(swap.error).toMatch(/^generation 2 of lab_days is \d+ record batches behind the served one/);
  expect((await projectionStatus(rowsOf(lab.pool)))[0]).toMatchObject({ generation: 1, status: 'served' });

  expect((await carriedOut('retire', { projection: 'lab_days', generation: 2 })).state).toBe('done');
  await waitFor(async () => (await findJob(rowsOf(lab.pool), id))?.state === 'failed');
  expect((await findJob(rowsOf(lab.pool), id))?.error).toMatch(/retired/);
  expect(await statuses()).toEqual({ 1: 'served' });
  await first.stop();
});

test('old and new code run side by side: new builds and serves its version, old gives way and can take over again', async () => {
  lab = await Lab.open(2);
  const appended: ReturnType<typeof eventsOf> = [];
  /** A site in each partition. */
  const append = async (to: number) => {
    const from = appended.length / 2;
    for (const [partition, site] of ['site-a', 'site-b'].entries()) {
      const some = Array.from({ length: to - from }, (_, i) => labEvent(site, from + i));
      appended.push(...some);
      await lab.append(some, partition);
    }
  };
  const shared = (...between: readonly Projector[]) =>
    waitFor(() => between.every(({ partitions }) => partitions.length === 1));
  const old = await lab.started({ projections: [days] });
  await append(100);
  await lab.drained();

  const next: Projection = { ...days, version: 2 };
  const young = await lab.started({ projections: [days, next, paths] });
  // The old one holds a partition: it must not build its own version for the order of the new one.
  await shared(old, young);
  await append(200);
  await lab.drained();
  expect(await lab.query(`SELECT state FROM job WHERE state <> 'done'`)).not.toEqual([]);
  await old.stop();
  await waitFor(async () => (await lab.query(`SELECT FROM job WHERE state = 'done'`)).length === 2, {
    timeout: 30_000,
  });
  const generations = await lab.query(`SELECT projection, version, status FROM generation ORDER BY id`);
  expect(generations).toEqual([
    { projection: 'lab_days', version: 1, status: 'served' },
    { projection: 'lab_days', version: 2, status: 'building' },
    { projection: 'lab_paths', version: 1, status: 'served' },
  ]);

  // Old code again, beside the new: it knows what is served, so it may hold partitions …
  await young.stop();
  const both = [await lab.started({ projections: [days, paths] })];
  both.push(await lab.started({ projections: [days, next, paths] }));
  await shared(...both);
  await append(300);
  await lab.drained();
  // … while the new version waits for the code that knows it, and must not be served half-filled.
  expect((await carriedOut('swap', { projection: 'lab_days' })).error).toMatch(/behind the served one/);
  await both[0]?.stop();
  await waitFor(async () => (await fedGenerations(rowsOf(lab.pool), 'lab_days'))[0]?.behind === 0);
  const late = await lab.started({ projections: [days, paths] });
  expect((await carriedOut('swap', { projection: 'lab_days' })).state).toBe('done');
  // Now old code must leave the partitions to the new one.
  await waitFor(() => late.partitions.length === 0);
  await append(400);
  await lab.drained();
  expect(await lab.dump(days)).toEqual(expectedDays(appended));
  expect((await lab.dump(paths)).flat()).toHaveLength(2 * 3 * 7);

  // After a rollback it can again.
  expect((await carriedOut('rollback', { projection: 'lab_days' })).state).toBe('done');
  await both[1]?.stop();
  await waitFor(() => late.partitions.length === 2);
  await append(450);
  await lab.drained();
  expect(await lab.dump(days, 1)).toEqual(expectedDays(appended));
});

test('the order of newer code waits for it where it names a projection that this code does not have', async () => {
  lab = await Lab.open();
  await lab.started({ projections: [days] });
  const order = await requestJob(lab.pool, 'rebuild', { projection: 'lab_paths', version: 1, swap: true });
  // What was ordered later is carried out, so the first one was looked at.
  expect((await rebuild()).state).toBe('done');
  expect(await findJob(rowsOf(lab.pool), order)).toMatchObject({ state: 'queued', error: null });
  const unknown = await carriedOut('rebuild', { projection: 'no_such', swap: false });
  expect(unknown.error).toMatch(/there is no projection no_such/);
});
