import type { ClientBase } from 'pg';
import { JOB_COLUMNS, type Job } from '#database/jobs.js';
import type { Engine } from './engine.js';
import { sqlState } from './errors.js';
import type { Step, SteppedJob } from './job-kind.js';
import { inTransaction } from './session.js';

const LOCK_NOT_AVAILABLE = '55P03';

/** Takes the unfinished job of a kind one step on. @returns whether another step may be due at once. */
export async function stepJobs(engine: Engine, kind: SteppedJob): Promise<boolean> {
  const { rows } = await engine.pool.query<{ id: number }>(
    `SELECT id FROM job WHERE state IN ('queued', 'running') AND kind = $1 ORDER BY state DESC, id`,
    [kind.kind],
  );
  for (const { id } of rows) {
    const outcome = await inTransaction(engine.pool, (client) => stepOne(engine, client, kind, id)).catch(
      busyElsewhere,
    );
    if (outcome === undefined) return false;
    if (outcome.state === 'not here') continue;
    return outcome.state !== 'running' || outcome.again === true;
  }
  return false;
}

/** Undefined: the job is no longer unfinished, or another process is at it. */
async function stepOne(
  engine: Engine,
  client: ClientBase,
  kind: SteppedJob,
  id: number,
): Promise<Step | undefined> {
  const { rows } = await client.query<Job>(
    `SELECT ${JOB_COLUMNS} FROM job WHERE id = $1 AND state IN ('queued', 'running') FOR UPDATE NOWAIT`,
    [id],
  );
  const [job] = rows;
  if (!job) return undefined;
  const step = await kind.step(engine, client, job);
  if (step.state !== 'not here') await record(engine, client, job, step);
  return step;
}

async function record(
  engine: Engine,
  client: ClientBase,
  job: Job,
  step: Exclude<Step, { state: 'not here' }>,
): Promise<void> {
  const progress = step.state === 'failed' ? undefined : step.progress;
  await client.query(
    `UPDATE job SET state = $2, owner = $3, epoch = epoch + $4, started_at = coalesce(started_at, now()),
       progress = coalesce($5, progress), error = $6, finished_at = CASE WHEN $2 <> 'running' THEN now() END
     WHERE id = $1`,
    [
      job.id,
      step.state,
      engine.owner,
      job.state === 'queued' ? 1 : 0,
      progress === undefined ? null : JSON.stringify(progress),
      step.state === 'failed' ? step.error : null,
    ],
  );
}

function busyElsewhere(error: unknown): undefined {
  if (sqlState(error) === LOCK_NOT_AVAILABLE) return undefined;
  throw error;
}
