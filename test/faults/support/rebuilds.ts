import pg from 'pg';
import { expect } from 'vitest';
import { findJob, requestJob } from '#database/jobs.js';
import { projections } from '#projections/index.js';
import type { Lab } from '../../e2e/support/projector-lab.js';
import type { ProgramOptions } from '../../harness/projector-process.js';
import { waitFor } from '../../harness/wait-for.js';
import { contentsOf, truthOf } from '../../laws/support/lab-laws.js';
import { eventsOf, without, type ProcessLab } from './processes.js';

const small: Partial<ProgramOptions> = { limits: { batchEvents: 100, buildBatches: 1 } };

export const rebuild = (lab: Lab) => requestJob(lab.pool, 'rebuild', { swap: true });

export async function rebuilt(lab: Lab, job: number, timeout = 100_000): Promise<void> {
  const ended = await waitFor(
    async () => {
      const found = await findJob({ query: (sql, values) => lab.query(sql, [...(values ?? [])]) }, job);
      return found?.state === 'done' || found?.state === 'failed' ? found : undefined;
    },
    { timeout, message: `the end of job ${job}` },
  );
  expect([ended.state, ended.error]).toEqual(['done', null]);
}

/** A log of some forty batches, projected, with repeats; then a rebuild by a process that is killed at the `pass`-th of them. */
export async function killedRebuild(
  processes: ProcessLab,
  pass: number,
  o: { guarded: boolean },
): Promise<number> {
  const { lab, start } = processes;
  const first = await start(small);
  for (let n = 0; n < 4_000; n += 10)
    await lab.append([...eventsOf('site-a', n, n + 2), ...eventsOf('site-a', n, n + 10)]);
  await lab.drained();
  await first.kill('SIGTERM');
  const job = await rebuild(lab);
  const killed = await start({
    ...small,
    stops: [{ point: 'build_before_commit', how: 'kill', pass }],
    buildEdits: o.guarded ? [] : [without.transaction, without.checkpointWithTheRows],
  });
  expect((await killed.ended()).signal, killed.output).toBe('SIGKILL');
  return job;
}

/** Both generations of every read model, the rebuilt and the one that was fed all the time, are what the log says. */
export async function expectBothExact(lab: Lab): Promise<void> {
  await lab.drained();
  const { contents } = await truthOf(lab, projections);
  expect(await contentsOf(lab, () => 2, projections)).toEqual(contents);
  expect(await contentsOf(lab, () => 1, projections)).toEqual(contents);
}

/** One reader's answer: what the served tables say about one and the same moment. */
export async function lookAt(client: pg.Client): Promise<{ counted: number; anomalies: string[] }> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const { rows: served } = await client.query<{ projection: string; number: number }>(
      'SELECT s.projection, g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id',
    );
    const table = (name: string) =>
      `${name}_g${served.find((each) => each.projection === name)?.number ?? 0}`;
    const { rows } = await client.query<Record<string, number>>(
      `SELECT (SELECT sum(events)::int FROM partition) AS counted,
         (SELECT sum(events)::int FROM ${table('daily_aggregates')}) AS daily,
         (SELECT sum(events)::int FROM ${table('hourly_series')}) AS hourly,
         (SELECT sum(page_views)::int FROM ${table('daily_aggregates')}) AS "page views",
         (SELECT sum(views)::int FROM ${table('top_paths')}) AS "views of paths",
         (SELECT sum(visitors)::int FROM ${table('unique_visitors')}) AS "visitors by day",
         (SELECT count(*)::int FROM ${table('unique_visitors')}_visitors) AS visitors`,
    );
    const seen = rows[0] ?? {};
    const anomalies = [
      ['counted', 'daily'],
      ['counted', 'hourly'],
      ['page views', 'views of paths'],
      ['visitors by day', 'visitors'],
    ].flatMap(([a = '', b = '']) => (seen[a] === seen[b] ? [] : [`${a} ${seen[a]}, ${b} ${seen[b]}`]));
    return { counted: seen.counted ?? 0, anomalies };
  } finally {
    await client.query('COMMIT');
  }
}

/** Events come on until stopped, as fast as they are projected. */
export function traffic(lab: Lab): { stop: () => Promise<void> } {
  let going = true;
  const run = (async () => {
    for (let n = 100_000; going; n += 40) {
      await lab.append(eventsOf('site-a', n - 5, n + 40));
      await lab.drained();
    }
  })();
  run.catch(() => undefined);
  return {
    stop: () => {
      going = false;
      return run;
    },
  };
}
