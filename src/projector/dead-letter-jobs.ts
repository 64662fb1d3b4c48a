import type { ClientBase } from 'pg';
import {
  DISCARD_DEAD_LETTERS,
  RETRY_DEAD_LETTERS,
  type DeadLetterResult,
  type DeadLetterSelection,
} from '#database/dead-letter-orders.js';
import type { Job } from '#database/jobs.js';
import type { Step, SteppedJob } from './job-kind.js';

/**
 * The job marks the rows it is about, once; each partition's runner settles the marked ones; no mark left means done. So
 * what fails again is tried once per order, and what is parked later does not belong to it.
 */
export const retryDeadLettersJob = jobOf(RETRY_DEAD_LETTERS, 'd.ordinal >= 0');
export const discardDeadLettersJob = jobOf(DISCARD_DEAD_LETTERS, 'true');

const nothing: DeadLetterResult = { retried: 0, failed: 0, skipped: 0, discarded: 0 };

/** What the job came to so far. */
export const resultOf = (job: Pick<Job, 'progress'>): DeadLetterResult => ({
  ...nothing,
  ...(job.progress.result as Partial<DeadLetterResult> | undefined),
});

function jobOf(kind: string, condition: string): SteppedJob {
  return {
    kind,
    step: (_, client, job) => (job.state === 'running' ? finish(client, job) : mark(client, job, condition)),
  };
}

async function mark(client: ClientBase, job: Job, condition: string): Promise<Step> {
  const { id, site, projection, reason } = job.arguments as DeadLetterSelection;
  const { rowCount } = await client.query(
    `UPDATE dead_letter m SET job_id = $1
     FROM dead_letter d LEFT JOIN generation g ON g.id = d.generation_id
     WHERE m.id = d.id AND d.status = 'open' AND d.job_id IS NULL AND ${condition}
       AND ($2::bigint IS NULL OR d.id = $2) AND ($3::text IS NULL OR d.site = $3)
       AND ($4::text IS NULL OR g.projection = $4) AND ($5::text IS NULL OR d.reason = $5)`,
    [job.id, id ?? null, site ?? null, projection ?? null, reason ?? null],
  );
  const progress = { result: nothing };
  return rowCount === 0 ? { state: 'done', progress } : { state: 'running', progress };
}

async function finish(client: ClientBase, job: Job): Promise<Step> {
  const { rowCount } = await client.query('SELECT FROM dead_letter WHERE job_id = $1 LIMIT 1', [job.id]);
  return { state: rowCount === 0 ? 'done' : 'running', progress: { result: resultOf(job) } };
}
