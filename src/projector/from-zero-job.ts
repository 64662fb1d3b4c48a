import type { ClientBase } from 'pg';
import type { JobProgress } from '#database/job-progress.js';
import type { Job } from '#database/jobs.js';
import type { Engine } from './engine.js';
import { newestVersions } from './ensure-generations.js';
import { createGeneration, lockGenerations, retire, switchTo } from './generations.js';
import type { Step, SteppedJob } from './job-kind.js';
import { upToDate } from './rebuild-job.js';

interface FromZeroProgress extends JobProgress {
  readonly built: readonly { readonly id: number; readonly projection: string; readonly number: number }[];
  /** The end of each partition's log when it was ordered. */
  readonly goals: readonly number[];
}

/**
 * Ledger, duplicates and every read model anew, from the log alone: live projection begins again at the first message and
 * fills new generations. The old figures stay served, standing still, until the new ones include all that was in the log.
 */
export const fromZeroJob: SteppedJob = {
  kind: 'rebuild_from_zero',
  step: (engine, client, job) =>
    job.state === 'running' ? finish(engine, client, job) : begin(engine, client, job),
};

async function begin(engine: Engine, client: ClientBase, job: Job): Promise<Step> {
  const { log, logger, projections } = engine;
  const goals = await Promise.all(
    Array.from({ length: log.partitions }, async (_, partition) => (await log.head(partition)).sequence),
  );
  // Live projection waits meanwhile, so this waits for nobody for long; it is tried again.
  await client.query(`SET LOCAL lock_timeout = '2s'`);
  await lockGenerations(client);
  const newest = newestVersions(projections);
  const { rows: verifying } = await client.query(
    `SELECT FROM job WHERE kind = 'verify' AND state = 'running'`,
  );
  if (verifying.length > 0 || !(await upToDate(client, newest, undefined))) return { state: 'not here' };
  const { rows: before } = await client.query<{ events: number }>(
    'SELECT coalesce(sum(events + duplicates), 0)::float8 AS events FROM partition',
  );
  const partitions = await startOver(client);
  for (const partition of partitions) await emptyLedger(client, partition);
  await standStill(client);
  const built: FromZeroProgress['built'][number][] = [];
  for (const projection of newest) {
    const { id, number } = await createGeneration(client, projection, 'building');
    built.push({ id, projection: projection.name, number });
  }
  await keepDiscarded(
    client,
    built.map((each) => each.id),
  );
  logger.info({ job: job.id, goals }, 'ledger, duplicates and read models begin again from the log');
  const progress: FromZeroProgress = { built, goals, eventsDone: 0, eventsTotal: before[0]?.events ?? 0 };
  return { state: 'running', progress };
}

/** Whoever holds a partition finds its epoch gone, and the next one begins at zero. */
async function startOver(client: ClientBase): Promise<number[]> {
  const { rows } = await client.query<{ partition: number }>(
    `UPDATE partition SET epoch = epoch + 1, owner = NULL, backend_pid = NULL, lease_until = NULL, rate = 0,
       sequence = 0, batch_id = '', stream_created_at = NULL, projected_stored_at = NULL, head_sequence = NULL,
       events = 0, duplicates = 0, stopped_reason = NULL, updated_at = now() RETURNING partition`,
  );
  return rows.map((row) => row.partition);
}

async function emptyLedger(client: ClientBase, partition: number): Promise<void> {
  for (const table of [`ledger_${partition}`, `duplicate_${partition}`]) {
    const { rows } = await client.query('SELECT WHERE to_regclass($1) IS NOT NULL', [table]);
    if (rows.length > 0) await client.query(`TRUNCATE ${table}`);
  }
}

/** What is served keeps its pointer, tables, checkpoints and dead letters, and nothing feeds it any more; the rest goes. */
async function standStill(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ id: number }>(`SELECT id FROM generation WHERE status <> 'retired'`);
  await retire(
    client,
    rows.map((row) => row.id),
  );
  await client.query(
    `UPDATE generation SET status = 'retired', kept_until = NULL WHERE id IN (SELECT generation_id FROM served_generation)`,
  );
  await client.query(`DELETE FROM dead_letter WHERE status = 'open' AND generation_id <> ALL (
    SELECT generation_id FROM served_generation)`);
  // What no projection saw stands by one of these until the end: nobody can retry it, and it is known to fail.
  await client.query(
    `UPDATE dead_letter d SET generation_id = (SELECT min(generation_id) FROM served_generation), job_id = NULL
     WHERE generation_id IS NULL AND status = 'open' AND NOT EXISTS (
       SELECT FROM dead_letter k JOIN served_generation USING (generation_id)
       WHERE k.partition = d.partition AND k.sequence = d.sequence AND k.ordinal = d.ordinal)`,
  );
  await client.query(`DELETE FROM dead_letter WHERE status = 'open' AND generation_id IS NULL`);
}

/** Somebody's decision, which the log does not hold: it stands where the event fails again. */
async function keepDiscarded(client: ClientBase, generationIds: readonly number[]): Promise<void> {
  await client.query(
    `UPDATE dead_letter d SET generation_id = n.id FROM served_generation s, generation n
     WHERE d.generation_id = s.generation_id AND d.status = 'discarded' AND n.projection = s.projection
       AND n.id = ANY ($1::int[])`,
    [generationIds],
  );
}

async function finish(engine: Engine, client: ClientBase, job: Job): Promise<Step> {
  await lockGenerations(client);
  const { built = [], goals = [], eventsTotal = 0 } = job.progress as Partial<FromZeroProgress>;
  const ids = built.map((each) => each.id);
  const { rows: fed } = await client.query(
    `SELECT FROM generation WHERE id = ANY ($1::int[]) AND status <> 'retired'`,
    [ids],
  );
  if (fed.length < ids.length)
    return { state: 'failed', error: 'a generation of this rebuild was retired; order it again' };
  const { rows } = await client.query<{ events: number; there: boolean }>(
    `SELECT p.events + p.duplicates AS events, p.sequence >= coalesce(g.goal, 0) AND p.stopped_reason IS NULL AND NOT EXISTS (
       SELECT FROM checkpoint c WHERE c.partition = p.partition AND c.generation_id = ANY ($1::int[])
         AND c.sequence <> p.sequence) AS there
     FROM partition p LEFT JOIN unnest($2::bigint[]) WITH ORDINALITY AS g (goal, n) ON g.n = p.partition + 1`,
    [ids, goals],
  );
  const eventsDone = rows.reduce((sum, row) => sum + row.events, 0);
  const seconds = job.startedAt ? (Date.now() - job.startedAt.getTime()) / 1000 : 0;
  const rate = seconds > 0 ? Math.round(eventsDone / seconds) : 0;
  const total = Math.max(eventsTotal, eventsDone);
  const secondsLeft = rate > 0 ? Math.ceil((total - eventsDone) / rate) : null;
  const progress: FromZeroProgress = { built, goals, eventsDone, eventsTotal: total, rate, secondsLeft };
  if (!rows.every((row) => row.there)) return { state: 'running', progress };
  await serve(client, ids, job.startedAt ?? new Date(0));
  engine.logger.info({ job: job.id, events: eventsDone }, 'everything was computed anew from the log');
  return { state: 'done', progress: { ...progress, eventsTotal: eventsDone, secondsLeft: 0 } };
}

async function serve(client: ClientBase, ids: readonly number[], startedAt: Date): Promise<void> {
  const { rows: old } = await client.query<{ id: number }>(
    'SELECT generation_id AS id FROM served_generation',
  );
  await switchTo(client, ids);
  await retire(
    client,
    old.map((row) => row.id),
  );
  // It could be projected this time: it is in the figures.
  await client.query(`DELETE FROM dead_letter WHERE status = 'discarded' AND last_failed_at < $1`, [
    startedAt,
  ]);
}
