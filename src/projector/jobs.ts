import type { ClientBase, Pool } from 'pg';
import type { Engine } from './engine.js';
import { newestVersions } from './ensure-generations.js';
import { createGeneration, lockGenerations, retire, serve } from './generations.js';
import { progressOf, type Progress } from './progress.js';
import { inTransaction } from './session.js';

export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  /** Why it failed. */
  readonly error: string | null;
  readonly progress: Partial<Progress>;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface RebuildOrder {
  /** Undefined: all. */
  readonly projection?: string;
  /** Serve the new figures as soon as they are complete. */
  readonly swap: boolean;
}

/** Orders a rebuild; a running projector carries it out. @returns the job's ID. */
export async function requestRebuild(pool: Pool, order: RebuildOrder): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO job (kind, arguments) VALUES ('rebuild', $1) RETURNING id`,
    [JSON.stringify(order)],
  );
  const [row] = rows;
  if (!row) throw new Error('the job was not stored');
  return row.id;
}

/** How far a job has come, looked up anew; undefined where there is no such job. */
export async function jobProgress(pool: Pool, id: number): Promise<Job | undefined> {
  const { rows } = await pool.query<Job>(
    `SELECT id, kind, state, error, progress, created_at AS "createdAt", started_at AS "startedAt",
       finished_at AS "finishedAt" FROM job WHERE id = $1`,
    [id],
  );
  const [job] = rows;
  if (job?.state !== 'running') return job;
  return { ...job, progress: await progressOf(pool, job.progress.generations ?? [], job.startedAt) };
}

/**
 * Takes the unfinished job one step on. Every step reads its state from the database and may be done by any process,
 * so a job survives the process that began it. @returns whether another step may be due at once.
 */
export async function stepJobs(engine: Engine): Promise<boolean> {
  const { rows } = await engine.pool.query<{ state: string }>(
    `SELECT state FROM job WHERE state IN ('queued', 'running') AND kind = 'rebuild' ORDER BY state DESC, id LIMIT 1`,
  );
  const [next] = rows;
  if (!next) return false;
  return inTransaction(engine.pool, async (client) => {
    await lockGenerations(client);
    return next.state === 'running' ? finishRebuild(engine, client) : startRebuild(engine, client);
  });
}

async function startRebuild(engine: Engine, client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ id: number; arguments: RebuildOrder }>(
    `SELECT id, arguments FROM job WHERE state = 'queued' AND kind = 'rebuild'
       AND NOT EXISTS (SELECT FROM job r WHERE r.state = 'running') ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  const [job] = rows;
  if (!job) return false;
  const name = job.arguments.projection;
  const known = newestVersions(engine.projections);
  const wanted = known.filter((each) => name === undefined || each.name === name);
  if (wanted.length === 0) {
    await fail(
      client,
      job.id,
      `there is no projection ${name ?? ''}; there are ${known.map((each) => each.name).join(', ')}`,
    );
    return true;
  }
  const generations = [];
  for (const projection of wanted) {
    const { id, number } = await createGeneration(client, projection, 'building');
    generations.push({ id, projection: projection.name, number });
  }
  await client.query(
    `UPDATE job SET state = 'running', owner = $2, epoch = epoch + 1, started_at = now(), progress = $3 WHERE id = $1`,
    [job.id, engine.owner, JSON.stringify({ generations })],
  );
  engine.logger.info({ job: job.id, projections: wanted.map((each) => each.name) }, 'rebuild started');
  return true;
}

async function finishRebuild(engine: Engine, client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{
    id: number;
    arguments: RebuildOrder;
    progress: Partial<Progress>;
    started_at: Date | null;
  }>(
    `SELECT id, arguments, progress, started_at FROM job WHERE state = 'running' AND kind = 'rebuild'
     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  const [job] = rows;
  if (!job) return false;
  const progress = await progressOf(client, job.progress.generations ?? [], job.started_at);
  await client.query('UPDATE job SET progress = $2 WHERE id = $1', [job.id, JSON.stringify(progress)]);
  const ids = progress.generations.map((each) => each.id);
  const { rows: lost } = await client.query(
    `SELECT FROM unnest($1::int[]) AS i (id) LEFT JOIN generation g USING (id)
     WHERE g.id IS NULL OR g.status = 'retired'`,
    [ids],
  );
  if (lost.length > 0) {
    await retire(client, ids);
    await fail(client, job.id, 'a generation of this rebuild was retired');
    return true;
  }
  if (!progress.joined) return false;
  if (job.arguments.swap) {
    await serve(client, ids);
    await retire(client, await superseded(client, ids));
  }
  await client.query(`UPDATE job SET state = 'done', finished_at = now() WHERE id = $1`, [job.id]);
  engine.logger.info({ job: job.id, swapped: job.arguments.swap }, 'rebuild done');
  return true;
}

/** Builds of the same projections that this one has overtaken. */
async function superseded(client: ClientBase, ids: readonly number[]): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT o.id FROM generation o JOIN generation n USING (projection)
     WHERE n.id = ANY ($1::int[]) AND o.id < n.id AND o.version <= n.version AND o.status = 'building'`,
    [ids],
  );
  return rows.map((row) => row.id);
}

async function fail(client: ClientBase, id: number, error: string): Promise<void> {
  await client.query(`UPDATE job SET state = 'failed', error = $2, finished_at = now() WHERE id = $1`, [
    id,
    error,
  ]);
}
