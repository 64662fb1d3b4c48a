import { afterEach, expect, test } from 'vitest';
import type { Projection } from '#projection/types.js';
import { findJob, requestJob, type Job } from '#database/jobs.js';
import type { RebuildProgress } from '#database/job-progress.js';
import { rowsOf } from '#database/row-reader.js';
import { projectionStatus } from '#database/projection-status.js';
import { waitFor } from '../harness/wait-for.js';
import { days, expectedDays, Lab, labEvent, labProjections, paths } from './support/projector-lab.js';

let lab: Lab;
afterEach(() => lab.close());

const eventsOf = (site: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => labEvent(site, from + i));

async function ended(id: number): Promise<Job<RebuildProgress>> {
  return waitFor(
    async () => {
      const job = await findJob(rowsOf(lab.pool), id);
      return job?.state === 'done' || job?.state === 'failed' ? job : undefined;
    },
    { timeout: 60_000, message: `the end of job ${id}` },
  );
}

/** Appends batches of fresh events, some of them twice, until told to stop. */
function stream(site: string, partition: number): { stop: () => Promise<number> } {
  let going = true;
  let n = 10_000;
  const run = (async () => {
    for (; going; n += 40) {
      await lab.append([...eventsOf(site, n, n + 40), ...eventsOf(site, n - 5, n)], partition);
    }
    return n;
  })();
  return {
    stop: () => {
      going = false;
      return run;
    },
  };
}

test('a rebuild beside the served figures, while events stream in, gives the same bytes', async () => {
  lab = await Lab.open(2);
  await lab.started({ limits: { batchEvents: 200 } });
  for (let n = 0; n < 1_000; n += 100) {
    await lab.append([...eventsOf('site-a', n, n + 100), ...eventsOf('site-a', 0, 20)], 0);
  }
  await lab.append([...eventsOf('site-b', 0, 200), labEvent('site-b', 900, { type: 'poison' })], 1);
  await lab.appendLines(['not an event'], 1);
  const streams = [stream('site-a', 0), stream('site-b', 1)];

  const job = await ended(await requestJob(lab.pool, 'rebuild', { swap: true }));
  expect(job).toMatchObject({ state: 'done', error: null });
  expect(job.progress).toMatchObject({ joined: true });
  const [n, m] = await Promise.all(streams.map((each) => each.stop()));
  await lab.drained();

  // From here on nothing moves: old and new were both fed until the end.
  const all = [
    ...eventsOf('site-a', 0, 1_000),
    ...eventsOf('site-a', 9_995, n ?? 0),
    ...eventsOf('site-b', 0, 200),
    ...eventsOf('site-b', 9_995, m ?? 0),
  ];
  expect(await lab.dump(days, 2)).toEqual(expectedDays(all));
  expect(await lab.dump(days, 1)).toEqual(await lab.dump(days, 2));
  expect(await lab.dump(paths, 1)).toEqual(await lab.dump(paths, 2));
  const status = await projectionStatus(rowsOf(lab.pool));
  expect(status.map(({ name, generation, status }) => [name, generation, status])).toEqual([
    ['lab_days', 2, 'served'],
    ['lab_days', 1, 'kept'],
    ['lab_paths', 2, 'served'],
    ['lab_paths', 1, 'kept'],
  ]);
  // The poisoned one is listed for the new generation too.
  expect(status[0]?.partitions.map((each) => each.deadLetters)).toEqual([0, 2]);
});

test('a builder that is slower than the live batches near the end joins them all the same', async () => {
  lab = await Lab.open();
  let built = 0;
  const slowly = () => {
    built++;
    return new Promise<void>((resolve) => setTimeout(resolve, 1_000));
  };
  await lab.started({ failpoints: { build_before_commit: slowly } });
  await lab.append(eventsOf('site-a', 0, 500));
  await lab.drained();
  let going = true;
  // A message for each event: hundreds of them while the builder does one step.
  const senders = Array.from({ length: 4 }, async (_, i) => {
    let n = 10_000 + i;
    for (; going; n += 4) await lab.append([labEvent('site-a', n)]);
    return n;
  });
  const job = await ended(await requestJob(lab.pool, 'rebuild', { swap: true }));
  going = false;
  const ends = await Promise.all(senders);
  expect(job).toMatchObject({ state: 'done', error: null });
  expect(built).toBeLessThan(20);
  await lab.drained();
  const sent = ends.flatMap((end, i) =>
    Array.from({ length: (end - 10_000 - i) / 4 }, (_, k) => labEvent('site-a', 10_000 + i + 4 * k)),
  );
  expect(await lab.dump(days, 2)).toEqual(expectedDays([...eventsOf('site-a', 0, 500), ...sent]));
  expect(await lab.dump(days, 1)).toEqual(await lab.dump(days, 2));
});

test('readers see old or new figures, never fewer, none or mixed ones', async () => {
  lab = await Lab.open();
  await lab.started({ limits: { batchEvents: 100 } });
  await lab.append(eventsOf('site-a', 0, 2_000));
  await lab.drained();
  const job = ended(await requestJob(lab.pool, 'rebuild', { projection: 'lab_days', swap: true }));
  let over = false;
  void job.finally(() => (over = true));
  const seen = new Set<string>();
  while (!over) {
    const [served] = await lab.query<{ number: number }>(
      `SELECT number FROM served_generation s JOIN generation g ON g.id = s.generation_id WHERE s.projection = 'lab_days'`,
    );
    const [row] = await lab.query<{ events: number }>(
      `SELECT sum(events)::int AS events FROM lab_days_g${served?.number ?? 0}`,
    );
    seen.add(String(row?.events));
  }
  expect((await job).state).toBe('done');
  expect([...seen]).toEqual(['2000']);
});

test.each([10, 50, 90])('a rebuild that broke off after %i % goes on where it was', async (percent) => {
  lab = await Lab.open();
  let batches = 0;
  const breakOff = () => {
    if (++batches > percent / 2.5) throw new Error('broken off');
  };
  const limits = { batchEvents: 100, buildBatches: 1 };
  const first = await lab.started({ limits, failpoints: { build_before_commit: breakOff } });
  for (let n = 0; n < 4_000; n += 10) {
    await lab.append([...eventsOf('site-a', n, n + 2), ...eventsOf('site-a', n, n + 10)]);
  }
  await lab.drained();
  const id = await requestJob(lab.pool, 'rebuild', { swap: true });
  await waitFor(() => batches > percent / 2.5);
  await first.stop();
  const job = await findJob(rowsOf(lab.pool), id);
  expect(job?.state).toBe('running');
  const [stood] = await lab.query<{ sequence: number }>(
    'SELECT min(sequence) AS sequence FROM checkpoint WHERE generation_id > 2',
  );
  expect(stood?.sequence).toBeGreaterThan(0);

  await lab.append(eventsOf('site-a', 5_000, 5_100));
  const from: number[] = [];
  const read = lab.log.read.bind(lab.log);
  lab.log.read = (partition, sequence, options) => {
    from.push(sequence);
    return read(partition, sequence, options);
  };
  await lab.started();
  expect((await ended(id)).state).toBe('done');
  expect(Math.min(...from)).toBe((stood?.sequence ?? 0) + 1);
  await lab.drained();
  expect(await lab.dump(days)).toEqual(
    expectedDays([...eventsOf('site-a', 0, 4_000), ...eventsOf('site-a', 5_000, 5_100)]),
  );
  expect(await lab.dump(days, 1)).toEqual(await lab.dump(days, 2));
});

test('nothing is served that a batch on its way leaves behind', async () => {
  lab = await Lab.open();
  let release = () => {};
  let held: Promise<void> | undefined;
  let reached = false;
  await lab.started({
    failpoints: {
      before_commit: async () => {
        if (!held) return;
        reached = true;
        await held;
      },
    },
  });
  await lab.append(eventsOf('site-a', 0, 500));
  await lab.drained();
  // This batch has seen which generations stand where it begins, and commits when the new one stands there too.
  held = new Promise((resolve) => (release = resolve));
  await lab.append(eventsOf('site-a', 500, 600));
  await waitFor(() => reached);
  const id = await requestJob(lab.pool, 'rebuild', { swap: true });
  await waitFor(
    async () =>
      (
        await lab.query(`SELECT FROM checkpoint c JOIN partition p USING (partition)
        WHERE generation_id > 2 AND c.sequence = p.sequence`)
      ).length === 2,
  );
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const served = () => lab.query<{ generation_id: number }>('SELECT generation_id FROM served_generation');
  expect((await served()).map((each) => each.generation_id).sort()).toEqual([1, 2]);
  held = undefined;
  release();
  expect((await ended(id)).state).toBe('done');
  expect(
    await lab.query(`SELECT FROM served_generation JOIN checkpoint c USING (generation_id)
      JOIN partition p USING (partition) WHERE c.sequence <> p.sequence`),
  ).toEqual([]);
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 600)));
});

test('plain replays keep one old generation and drop the tables of older ones', async () => {
  lab = await Lab.open();
  await lab.started();
  await lab.append(eventsOf('site-a', 0, 100));
  await lab.drained();
  for (let i = 0; i < 3; i++)
    await ended(await requestJob(lab.pool, 'rebuild', { projection: 'lab_days', swap: true }));
  await waitFor(async () => {
    const tables = await lab.query<{ tablename: string }>(
      `SELECT tablename FROM pg_tables WHERE tablename LIKE 'lab_days%' ORDER BY 1`,
    );
    const names = tables.map((each) => each.tablename).join(' ');
    return names === 'lab_days_g3 lab_days_g3_visitors lab_days_g4 lab_days_g4_visitors';
  });
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 100)));
});

test('a new projection has its whole history; a new version is built beside and waits', async () => {
  lab = await Lab.open();
  const old = await lab.started({ projections: [days] });
  await lab.append(eventsOf('site-a', 0, 300));
  await lab.drained();
  await old.stop();

  const next: Projection = { ...days, version: 2 };
  await lab.started({ projections: [days, next, paths] });
  await lab.append(eventsOf('site-a', 300, 350));
  await waitFor(async () => (await lab.query(`SELECT FROM job WHERE state = 'done'`)).length === 2);
  await lab.drained();
  expect((await lab.dump(paths)).flat()).toHaveLength(3 * 7);
  expect(await lab.dump(days, 2)).toEqual(expectedDays(eventsOf('site-a', 0, 350)));
  const status = await projectionStatus(rowsOf(lab.pool));
  expect(status.map(({ name, version, status }) => [name, version, status])).toEqual([
    ['lab_days', 1, 'served'],
    ['lab_days', 2, 'building'],
    ['lab_paths', 1, 'served'],
  ]);
});

test('code without the served version is refused, naming the file', async () => {
  lab = await Lab.open();
  await (await lab.started()).stop();
  const raised = labProjections.map((each) => ({ ...each, version: 2 }));
  await expect(lab.projector({ projections: raised }).start()).rejects.toThrow(
    /lab_days .* version 1.*version 2.*projections\/lab-days\.ts/,
  );
});

test('a rebuild stops at an event that only now cannot be projected, and what is served stays', async () => {
  lab = await Lab.open();
  const old = await lab.started();
  await lab.append(eventsOf('site-a', 0, 300));
  await lab.drained();
  await old.stop();
  const strict: Projection = {
    ...days,
    project: (event, site, position) => {
      if (event.id === labEvent('site-a', 77).id) throw new Error('changed my mind');
      return days.project(event, site, position);
    },
  };
  await lab.started({ projections: [strict, paths] });
  const job = await ended(await requestJob(lab.pool, 'rebuild', { swap: true }));
  expect(job.state).toBe('failed');
  expect(job.error).toMatch(/lab_days: the event at 0:1:77 .*changed my mind/);
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 300)));
  await waitFor(
    async () => (await lab.query(`SELECT FROM pg_tables WHERE tablename LIKE 'lab_%_g2%'`)).length === 0,
  );
  await lab.append(eventsOf('site-a', 300, 310));
  await lab.drained();
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 310)));
});
