import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findJob, requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { BuildThrottle } from '#projector/build-throttle.js';
import { defaultLimits, type Engine } from '#projector/engine.js';
import { JobInterrupted, type LongJob } from '#projector/job-kind.js';
import { LongJobs } from '#projector/long-jobs.js';
import { silentLogger } from '#telemetry/logger.js';
import { waitFor } from '../harness/wait-for.js';
import { Lab, labProjections } from './support/projector-lab.js';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(async () => {
  await Promise.all(ends.splice(0).map((stop) => stop()));
  await lab.close();
});

const engineOf = (owner: string): Engine => ({
  url: lab.database.url,
  pool: lab.pool,
  log: lab.log,
  projections: labProjections,
  logger: silentLogger,
  metrics: lab.metrics,
  owner,
  limits: defaultLimits,
  failpoints: {},
  buildThrottle: new BuildThrottle(1),
});

const job = (id: number) => findJob(rowsOf(lab.pool), id);
const inState = (id: number, state: string) =>
  waitFor(async () => {
    const found = await job(id);
    return found?.state === state ? found : undefined;
  });

const ends: (() => Promise<void>)[] = [];

/** Looks for work until stopped, or until the test ended, one look after the other as the projector does. */
function looking(jobs: LongJobs): () => Promise<void> {
  let stopped = false;
  const looks = (async () => {
    while (!stopped) {
      await jobs.look();
      await sleep(20);
    }
  })();
  const stop = async () => {
    stopped = true;
    await looks;
    await jobs.stop();
  };
  ends.push(stop);
  return stop;
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

test('is done once, one after the other, with its order, progress and result', async () => {
  const seen: unknown[] = [];
  let at = 0;
  const kind: LongJob = {
    kind: 'count',
    async run(_engine, { arguments: order }, { report }) {
      expect(++at).toBe(1);
      await report({ eventsDone: 1, eventsTotal: 2 });
      seen.push(order);
      at--;
      return { eventsDone: 2, eventsTotal: 2, result: 'counted' };
    },
  };
  const stops = ['one', 'two'].map((owner) => looking(new LongJobs(engineOf(owner), kind)));
  const ids = [];
  for (let n = 0; n < 5; n++) ids.push(await requestJob(lab.pool, 'count', { n }));
  await requestJob(lab.pool, 'another kind');
  for (const id of ids)
    expect((await inState(id, 'done')).progress).toEqual({
      eventsDone: 2,
      eventsTotal: 2,
      result: 'counted',
    });
  expect(seen).toEqual(ids.map((_, n) => ({ n })));
  await Promise.all(stops.map((stop) => stop()));
});

test('is taken one at a time, by whichever of two processes looks first', async () => {
  const kind: LongJob = { kind: 'held', run: (_engine, _job, { signal }) => untilAborted(signal) };
  for (let round = 0; round < 25; round++) {
    for (let n = 0; n < 3; n++) await requestJob(lab.pool, 'held');
    const both = ['one', 'two'].map((owner) => new LongJobs(engineOf(owner), kind));
    await Promise.all(both.map((jobs) => jobs.look()));
    const { rows } = await lab.pool.query(`SELECT id FROM job WHERE kind = 'held' AND state = 'running'`);
    expect(rows).toHaveLength(1);
    await Promise.all(both.map((jobs) => jobs.stop()));
    await lab.pool.query(`DELETE FROM job WHERE kind = 'held'`);
  }
});

test('goes on elsewhere, from what it reported, when its process stops or is taken for dead', async () => {
  const runs: [owner: string, from: number | undefined][] = [];
  const kind: LongJob = {
    kind: 'long',
    async run({ owner }, { progress }, { signal, report }) {
      runs.push([owner, progress.eventsDone]);
      if (owner === 'third') return {};
      await report({ eventsDone: runs.length });
      return untilAborted(signal);
    },
  };
  const id = await requestJob(lab.pool, 'long');
  const first = new LongJobs(engineOf('first'), kind);
  await first.look();
  await waitFor(async () => (await job(id))?.progress.eventsDone === 1);
  await first.stop();
  // One whose beats do not reach the database in time.
  const frozen = { ...engineOf('second'), limits: { ...defaultLimits, leaseMs: 300, heartbeatMs: 600 } };
  const second = new LongJobs(frozen, kind);
  await second.look();
  await waitFor(async () => (await job(id))?.progress.eventsDone === 2);
  const stopThird = looking(new LongJobs(engineOf('third'), kind));
  await inState(id, 'done');
  await second.stop();
  await stopThird();
  expect(runs).toEqual([
    ['first', undefined],
    ['second', 1],
    ['third', 2],
  ]);
  expect((await job(id))?.state).toBe('done');
});

test('fails with its reason, but not for an outage', async () => {
  let runs = 0;
  const kind: LongJob = {
    kind: 'shaky',
    run: () =>
      Promise.reject(++runs === 1 ? new JobInterrupted('the log is away') : new Error('nothing to count')),
  };
  const stop = looking(new LongJobs(engineOf('one'), kind));
  const id = await requestJob(lab.pool, 'shaky');
  expect((await inState(id, 'failed')).error).toBe('nothing to count');
  expect(runs).toBe(2);
  await stop();
});
