import type { ClientBase, Pool } from 'pg';
import { rebuildProgress, type JobProgress, type RebuildProgress } from './job-progress.js';
import type { RowReader } from './row-reader.js';
import { EVERYTHING, ofTenant, type Tenant } from './tenant.js';

/** What an operator ordered. A row, so that it outlives the process that carries it out. */
export interface Job<P extends JobProgress = JobProgress> {
  readonly id: number;
  readonly kind: string;
  readonly arguments: unknown;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /** Why it failed. */
  readonly error: string | null;
  readonly progress: Partial<P>;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export const JOB_COLUMNS = `id, kind, arguments, state, error, progress, created_at AS "createdAt",
  started_at AS "startedAt", finished_at AS "finishedAt"`;

/** Orders something; a running projector carries it out. @returns the job's ID. */
export async function requestJob(
  database: Pool | ClientBase,
  kind: string,
  order: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const { rows } = await database.query<{ id: number }>(
    'INSERT INTO job (kind, arguments) VALUES ($1, $2) RETURNING id',
    [kind, JSON.stringify(order)],
  );
  const [row] = rows;
  if (!row) throw new Error('the job was not stored');
  return row.id;
}

/** How far a job has come, looked up anew; undefined where there is no such job. */
export async function findJob(
  reader: RowReader,
  id: number,
  tenant: Tenant = EVERYTHING,
): Promise<Job<RebuildProgress> | undefined> {
  const [job] = await reader.query<Job<RebuildProgress>>(
    `SELECT ${JOB_COLUMNS} FROM job WHERE id = $1 AND ${ofTenant(`arguments ->> 'site'`, tenant)}`,
    [id],
  );
  return job && current(reader, job);
}

/** The newest `most` and, however old, all that have not ended; newest first. */
export async function recentJobs(reader: RowReader, most: number): Promise<Job<RebuildProgress>[]> {
  const jobs = await reader.query<Job<RebuildProgress>>(
    `SELECT ${JOB_COLUMNS} FROM job WHERE state IN ('queued', 'running') OR id IN (SELECT id FROM job ORDER BY id DESC LIMIT $1)
     ORDER BY id DESC`,
    [most],
  );
  const found: Job<RebuildProgress>[] = [];
  // One after the other: they share one connection.
  for (const job of jobs) found.push(await current(reader, job));
  return found;
}

/** The checkpoints of what a job builds say more than what it wrote down last. */
async function current(reader: RowReader, job: Job<RebuildProgress>): Promise<Job<RebuildProgress>> {
  const { generations } = job.progress;
  if (job.state !== 'running' || !generations) return job;
  return { ...job, progress: await rebuildProgress(reader, generations, job.startedAt) };
}
