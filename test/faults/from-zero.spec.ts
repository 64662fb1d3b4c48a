import { describe, expect, test } from 'vitest';
import { findJob, requestJob } from '#database/jobs.js';
import { projectionStatus } from '#database/projection-status.js';
import { rowsOf } from '#database/row-reader.js';
import { projections } from '#projections/index.js';
import type { Lab } from '../e2e/support/projector-lab.js';
import { withManager } from '../harness/raw-log.js';
import { waitFor } from '../harness/wait-for.js';
import { contentsOf, truthOf } from '../laws/support/lab-laws.js';
import { eventsOf, openProcessLab, type ProcessLab } from './support/processes.js';

const small = { limits: { batchEvents: 100 } };
const fromZero = ({ lab }: ProcessLab) => requestJob(lab.pool, 'rebuild_from_zero');
const jobOf = ({ lab }: ProcessLab, id: number) => findJob(rowsOf(lab.pool), id);

async function done(processes: ProcessLab, id: number): Promise<void> {
  const ended = await waitFor(
    async () => {
      const job = await jobOf(processes, id);
      return job?.state === 'done' || job?.state === 'failed' ? job : undefined;
    },
    { timeout: 100_000, message: 'the end of the rebuild from zero' },
  );
  expect([ended.state, ended.error]).toEqual(['done', null]);
}

/** A log with repeats, lines that are no events, and all of it projected. */
async function filled(processes: ProcessLab, from: number, to: number): Promise<void> {
  const { lab } = processes;
  for (let n = from; n < to; n += 20)
    await Promise.all([
      lab.append(eventsOf('site-a', Math.max(0, n - 5), n + 20), 0),
      lab.append(eventsOf('site-b', n, n + 10), lab.log.partitions - 1),
    ]);
  await lab.appendLines(['no event', '{"v":99}']);
  await lab.drained();
}

async function served({ lab }: ProcessLab): Promise<ReadonlyMap<string, number>> {
  const rows = await lab.query<{ projection: string; number: number }>(
    'SELECT s.projection, g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id',
  );
  return new Map(rows.map(({ projection, number }) => [projection, number]));
}

/** Everything that is computed from the log: the served tables, ledger, duplicates, dead letters and what they add up to. */
async function everything(processes: ProcessLab): Promise<unknown> {
  const { lab } = processes;
  const numbers = await served(processes);
  const ledgers = [];
  for (let n = 0; n < lab.log.partitions; n++) {
    ledgers.push(await lab.query(`SELECT * FROM ledger_${n} ORDER BY site_id, event_id`));
    ledgers.push(await lab.query(`SELECT * FROM duplicate_${n} ORDER BY sequence`));
  }
  return {
    contents: await contentsOf(lab, (p) => numbers.get(p.name) ?? 0, projections),
    ledgers,
    letters: await lab.query(
      'SELECT sequence, ordinal, reason, event, status, note FROM dead_letter ORDER BY sequence, ordinal',
    ),
    partitions: await lab.query(
      'SELECT sequence, batch_id, events, duplicates FROM partition ORDER BY partition',
    ),
  };
}

async function spoil(lab: Lab): Promise<void> {
  await lab.query('DELETE FROM ledger_0 WHERE ordinal % 3 = 0');
  await lab.query('DELETE FROM duplicate_0 WHERE sequence % 2 = 0');
  await lab.query('UPDATE daily_aggregates_g1 SET events = events + 7');
  await lab.query('DELETE FROM top_paths_g1');
}

describe('ledger, duplicates and read models are recomputed from the log alone', () => {
  test('the same bytes as before, whatever they were in between; the old figures stay served until then', async () => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const running = await start(small);
    await filled(processes, 0, 2_000);
    await lab.query(`UPDATE dead_letter SET status = 'discarded', note = 'no event' WHERE ordinal = 0`);
    const before = await everything(processes);
    await spoil(lab);
    // Of an event that counts: somebody's earlier code could not project it.
    await lab.query(`INSERT INTO dead_letter (partition, sequence, ordinal, reason, status, last_failed_at)
      VALUES (0, 1, 1, 'projection_threw', 'discarded', now() - interval '1 minute')`);
    const spoiled = await contentsOf(lab, () => 1, projections);
    await running.arm({ point: 'before_commit', how: 'wait', pass: 10 });
    const job = await fromZero(processes);
    await running.at('before_commit');
    expect(await contentsOf(lab, () => 1, projections)).toEqual(spoiled);
    expect([...(await served(processes)).values()]).toEqual(projections.map(() => 1));
    const figures = await projectionStatus(rowsOf(lab.pool));
    expect(figures.map(({ status }) => status)).toEqual(projections.flatMap(() => ['served', 'building']));
    running.go();
    await done(processes, job);
    expect(await everything(processes)).toEqual(before);
    expect([...(await served(processes)).values()]).toEqual(projections.map(() => 2));
    await lab.append(eventsOf('site-a', 1_900, 2_100));
    await lab.drained();
    const { contents } = await truthOf(lab, projections);
    expect(await contentsOf(lab, () => 2, projections)).toEqual(contents);
  });

  test.each([1, 15])('killed at batch %i of it, it goes on to the same bytes', async (pass) => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const first = await start(small);
    await filled(processes, 0, 2_000);
    const before = await everything(processes);
    await first.kill('SIGTERM');
    await spoil(lab);
    const job = await fromZero(processes);
    const killed = await start({ ...small, stops: [{ point: 'before_commit', how: 'kill', pass }] });
    expect((await killed.ended()).signal, killed.output).toBe('SIGKILL');
    await start(small);
    await done(processes, job);
    expect(await everything(processes)).toEqual(before);
  });

  test('what was parked before is parked again, however much of a batch it is', async () => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const mistake = { projection: 'top_paths', path: '/page/3' };
    const first = await start({ limits: { batchEvents: 10 }, mistake });
    for (let n = 0; n < 60; n += 6) {
      await lab.appendLines(['no event', 'nor this']);
      await lab.append(eventsOf('site-a', n, n + 6));
      await lab.drained();
    }
    await lab.query(`UPDATE dead_letter SET status = 'discarded', note = 'known' WHERE sequence < 5`);
    const before = await everything(processes);
    expect(before).toMatchObject({ letters: { length: 27 } });
    await first.kill('SIGTERM');
    await start({ mistake });
    const job = await fromZero(processes);
    await done(processes, job);
    expect(await everything(processes)).toEqual(before);
    // And what fails now for the first time stops the partition, as ever.
    await lab.appendLines(Array.from({ length: 20 }, (_, n) => `bad ${n}`));
    await waitFor(
      async () => (await lab.query('SELECT FROM partition WHERE stopped_reason IS NOT NULL')).length === 1,
      { timeout: 30_000, message: 'the partition to stop' },
    );
  });

  test('two processes share it, and a rebuild that is ordered meanwhile waits for it', async () => {
    const processes = await openProcessLab(2);
    const { lab, start } = processes;
    await start(small);
    await start(small);
    await filled(processes, 0, 1_000);
    const before = await everything(processes);
    await spoil(lab);
    const jobs = [await fromZero(processes), await requestJob(lab.pool, 'rebuild', { swap: true })];
    for (const job of jobs) await done(processes, job);
    expect(await everything(processes)).toEqual(before);
  });
});

test('F25 a log that was replaced is what counts once it is ordered so', async () => {
  const processes = await openProcessLab();
  const { lab, start } = processes;
  await start(small);
  await filled(processes, 0, 400);
  await withManager(lab.nats, async (jsm) => {
    const { config } = await jsm.streams.info('EVENTS_0');
    await jsm.streams.delete('EVENTS_0');
    await jsm.streams.add(config);
  });
  await waitFor(
    async () => (await lab.query('SELECT FROM partition WHERE stopped_reason IS NOT NULL')).length === 1,
    { timeout: 30_000, message: 'the partition to stop' },
  );
  await lab.append(eventsOf('site-a', 390, 700));
  const job = await fromZero(processes);
  await done(processes, job);
  const { contents, counted, duplicates } = await truthOf(lab, projections);
  expect(counted).toBe(310);
  expect(await contentsOf(lab, () => 2, projections)).toEqual(contents);
  expect(await lab.query('SELECT events, duplicates, stopped_reason FROM partition')).toEqual([
    { events: counted, duplicates, stopped_reason: null },
  ]);
  expect(await lab.query('SELECT FROM ledger_0')).toHaveLength(counted);
  expect(await lab.query('SELECT FROM dead_letter')).toEqual([]);
});
