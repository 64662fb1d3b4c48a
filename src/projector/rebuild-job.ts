import type { ClientBase } from 'pg';
import type { Job } from '#database/jobs.js';
import { rebuildProgress, type RebuildProgress } from '#database/job-progress.js';
import { rowsOf } from '#database/row-reader.js';
import type { Projection } from '#projection/types.js';
import type { Engine } from './engine.js';
import { newestVersions } from './ensure-generations.js';
import { createGeneration, lockFloors, lockGenerations, retire, switchTo } from './generations.js';
import type { Step, SteppedJob } from './job-kind.js';

interface RebuildOrder {
  /** Undefined: all. */
  readonly projection?: string;
  /** The version to build, where the code that has it ordered so. */
  readonly version?: number;
  /** Serve the new figures as soon as they are complete. */
  readonly swap: boolean;
}

/** New generations beside the served ones; builders fill them from the log, wherever they stand behind. */
export const rebuildJob: SteppedJob = {
  kind: 'rebuild',
  async step(engine, client, job) {
    await lockGenerations(client);
    const order = job.arguments as RebuildOrder;
    return job.state === 'running' ? finish(engine, client, job, order) : start(engine, client, job, order);
  },
};

async function start(engine: Engine, client: ClientBase, job: Job, order: RebuildOrder): Promise<Step> {
  const known = newestVersions(engine.projections);
  const wanted = known.filter((each) => order.projection === undefined || each.name === order.projection);
  if (wanted.length === 0 && order.version === undefined)
    return { state: 'failed', error: unknownProjection(order.projection ?? '', known) };
  if (!(await upToDate(client, wanted, order.version)) || (await beginsAgain(client, job)))
    return { state: 'not here' };
  const generations = [];
  for (const projection of wanted) {
    const { id, number } = await createGeneration(client, projection, 'building');
    generations.push({ id, projection: projection.name, number });
  }
  engine.logger.info({ job: job.id, projections: wanted.map((each) => each.name) }, 'rebuild started');
  return { state: 'running', progress: { generations } as Partial<RebuildProgress>, again: true };
}

async function finish(engine: Engine, client: ClientBase, job: Job, order: RebuildOrder): Promise<Step> {
  const { generations = [] } = job.progress as Partial<RebuildProgress>;
  let progress = await rebuildProgress(rowsOf(client), generations, job.startedAt);
  if (progress.joined && order.swap) {
    await lockFloors(client);
    progress = await rebuildProgress(rowsOf(client), generations, job.startedAt);
  }
  const ids = generations.map((each) => each.id);
  const { rows: lost } = await client.query(
    `SELECT FROM unnest($1::int[]) AS i (id) LEFT JOIN generation g USING (id)
     WHERE g.id IS NULL OR g.status = 'retired'`,
    [ids],
  );
  if (lost.length > 0) {
    await retire(client, ids);
    return { state: 'failed', error: 'a generation of this rebuild was retired' };
  }
  if (!progress.joined) return { state: 'running', progress };
  if (order.swap) await switchTo(client, ids);
  engine.logger.info({ job: job.id, swapped: order.swap }, 'rebuild done');
  return { state: 'done', progress };
}

/** While old and new code run side by side, only the newest may build: older code would make an older version. */
export async function upToDate(
  client: ClientBase,
  wanted: readonly Projection[],
  version: number | undefined,
): Promise<boolean> {
  if (version !== undefined && !wanted.some((each) => each.version >= version)) return false;
  const { rows } = await client.query<{ projection: string; version: number }>(
    `SELECT projection, max(version) AS version FROM generation WHERE status <> 'retired' GROUP BY projection`,
  );
  return wanted.every((each) =>
    rows.every((row) => row.projection !== each.name || row.version <= each.version),
  );
}

/** While everything is rebuilt from zero the live checkpoint is not yet where a build may join it and be served. */
async function beginsAgain(client: ClientBase, job: Job): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT FROM job WHERE kind = 'rebuild_from_zero' AND (state = 'running' OR state = 'queued' AND id < $1)`,
    [job.id],
  );
  return rows.length > 0;
}

function unknownProjection(name: string, known: readonly Projection[]): string {
  return `there is no projection ${name}; there are ${known.map((each) => each.name).join(', ')}`;
}
