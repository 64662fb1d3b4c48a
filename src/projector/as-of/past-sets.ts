import type { ClientBase, Pool } from 'pg';
import { PAST_KEPT, PAST_PROJECTIONS } from '#database/past-figures.js';
import type { Position } from '#events/position.js';
import type { Engine } from '../engine.js';
import { GenerationsChanged } from '../errors.js';
import { botListOf } from '../reproject/bot-list.js';
import { requireVersions, servedGenerations, spareSets, type SpareSet } from '../reproject/spare-sets.js';
import type { KnownSite } from '../sites.js';
import { storedRules } from '../stored-rules.js';

/** Which figures are made. */
export interface Past {
  readonly id: number;
  readonly job: number;
  /** With its settings of then. */
  readonly site: KnownSite;
  /** The last event that is in them. */
  readonly end: Position;
}

/** @returns undefined where nobody knows them any more */
export async function findPast(
  client: ClientBase,
  { id, job }: Pick<Past, 'id' | 'job'>,
): Promise<Past | undefined> {
  const { rows } = await client.query<{
    key: number;
    name: string;
    partition: number;
    sequence: number;
    ordinal: number;
    time_zone: string;
    rules: string | null;
    revision: number;
  }>(
    `SELECT s.id AS key, s.name, s.partition, p.sequence, p.ordinal, p.revision,
       p.settings ->> 'timeZone' AS time_zone, nullif(p.settings ->> 'rules', '[]') AS rules
     FROM past_figures p JOIN site s ON s.id = p.site_id WHERE p.id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { key, name, partition, sequence, ordinal, revision } = row;
  const settings = { id: name, timeZone: row.time_zone, rules: storedRules(name, row.rules), revision };
  return {
    id,
    job,
    site: { id: key, partition, settings },
    end: { partition, sequence, ordinal },
  };
}

/**
 * Row sets of the served generations that do not have the figures yet. Nothing that is in them is decided anew while this
 * transaction goes on: whoever settles a dead letter did it before, or finds them.
 * @throws GenerationsChanged where live projection has not been there, BuildFailed
 */
export async function ensurePast(engine: Engine, client: ClientBase, past: Past): Promise<SpareSet[]> {
  const { site, end, id, job } = past;
  await client.query('LOCK TABLE generation IN ROW EXCLUSIVE MODE');
  const { rows: floors } = await client.query<{ sequence: number }>(
    'SELECT sequence FROM partition WHERE partition = $1 FOR SHARE',
    [site.partition],
  );
  const served = await servedGenerations(client, site.partition, PAST_PROJECTIONS);
  if ([floors[0]?.sequence ?? 0, ...served.map(({ goal }) => goal)].some((at) => at < end.sequence))
    throw new GenerationsChanged('live projection has not come to that position');
  requireVersions(engine, served);
  const { revision, timeZone, rules } = site.settings;
  const settings = { timeZone, rules, botList: botListOf(rules) };
  await client.query(
    `UPDATE spare_row_set SET job_id = NULL, kept_until = now() WHERE job_id = $1
       AND (generation_id <> ALL ($2::int[]) OR settings ->> 'botList' IS DISTINCT FROM $3)`,
    [job, served.map((each) => each.id), settings.botList],
  );
  await client.query(
    `INSERT INTO spare_row_set (site_id, generation_id, settings, revision, job_id, past_id)
     SELECT $2, g, $3, $4, $1, $6 FROM unnest($5::int[]) AS g
     WHERE NOT EXISTS (SELECT FROM spare_row_set r
       WHERE r.past_id = $6 AND r.generation_id = g AND r.job_id IS NULL AND r.kept_until > now())
     ON CONFLICT (job_id, generation_id) DO NOTHING`,
    [job, site.id, JSON.stringify(settings), revision, served.map((each) => each.id), id],
  );
  return spareSets(
    client,
    job,
    served.map((each) => ({ ...each, goal: end.sequence })),
  );
}

/** Not where everything began again from zero: until it is there again, nobody knows what is a duplicate. */
export async function requirePassed(client: ClientBase, { partition, sequence }: Position): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM partition WHERE partition = $1 AND sequence >= $2', [
    partition,
    sequence,
  ]);
  if (rowCount === 0) throw new GenerationsChanged('live projection has not come to that position');
}

/** The figures are complete. @throws GenerationsChanged where a row set was taken from them meanwhile */
export async function keepPast(
  client: ClientBase,
  { id, job }: Past,
  sets: readonly SpareSet[],
): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE spare_row_set SET job_id = NULL, kept_until = now() + $2 * interval '1 second' WHERE job_id = $1`,
    [job, PAST_KEPT],
  );
  if (rowCount !== sets.length) throw new GenerationsChanged('what was filled is outdated');
  await client.query(
    `UPDATE past_figures SET read_at = now(), events = (
       SELECT coalesce(max(events), 0) FROM spare_row_set WHERE past_id = $1 AND kept_until > now()) WHERE id = $1`,
    [id],
  );
}

/** Where nobody waits any more: what was filled is let go of. @returns whether that is so */
export async function giveUp(client: ClientBase, past: Past): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE past_figures SET job_id = NULL WHERE id = $1 AND wanted_until < now()',
    [past.id],
  );
  if (rowCount === 0) return false;
  await letGo(client, past);
  return true;
}

/** Whether somebody waits for them. */
export async function isWanted(pool: Pool, { id }: Past): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM past_figures WHERE id = $1 AND wanted_until >= now()', [
    id,
  ]);
  return rowCount === 1;
}

export async function letGo(client: ClientBase, { job }: Past): Promise<void> {
  await client.query('UPDATE spare_row_set SET job_id = NULL, kept_until = now() WHERE job_id = $1', [job]);
}
