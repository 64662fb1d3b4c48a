import type { ClientBase } from 'pg';
import { projectionOf, type Engine } from '../engine.js';
import { GenerationsChanged } from '../errors.js';
import { KEPT_DAYS, type BehindGeneration, type Generation } from '../generations.js';
import type { KnownSite } from '../sites.js';
import { BuildFailed, type Group } from '../stretch.js';
import { botListOf } from './bot-list.js';

/** A generation's row set that is being filled beside the one that the site points to. */
export interface SpareSet {
  /** `sequence`: how far the row set is filled. */
  readonly generation: BehindGeneration;
  readonly rowSet: number;
  /** How far the generation is. */
  readonly goal: number;
  /** The site's events that are in it. */
  readonly events: number;
  /** Of the site's zone, which alone are filled from the log; undefined: all. */
  readonly days: ReadonlySet<string> | undefined;
}

/** And how far it is. */
export type FedGeneration = Generation & { readonly goal: number };

/** The generations of a partition that are fed. @param hold where they stand until the transaction ends */
export async function fedGenerations(
  client: ClientBase,
  partition: number,
  hold: boolean,
): Promise<FedGeneration[]> {
  const { rows } = await client.query<FedGeneration>(
    `SELECT g.id, g.projection, g.number, g.version, g.status, c.sequence AS goal
     FROM checkpoint c JOIN generation g ON g.id = c.generation_id
     WHERE c.partition = $1 AND g.status <> 'retired' ORDER BY g.id ${hold ? 'FOR NO KEY UPDATE OF c' : ''}`,
    [partition],
  );
  return rows;
}

/** Of these projections the generations that are served, where this partition has reached them. */
export async function servedGenerations(
  client: ClientBase,
  partition: number,
  projections: readonly string[],
): Promise<FedGeneration[]> {
  const { rows } = await client.query<FedGeneration>(
    `SELECT g.id, g.projection, g.number, g.version, g.status, c.sequence AS goal
     FROM served_generation s JOIN generation g ON g.id = s.generation_id
     JOIN checkpoint c ON c.generation_id = g.id AND c.partition = $1
     WHERE s.projection = ANY ($2::text[]) AND g.status <> 'retired' ORDER BY g.id`,
    [partition, projections],
  );
  return rows;
}

/** @throws BuildFailed where this code cannot fold one of them */
export function requireVersions(engine: Engine, generations: readonly Generation[]): void {
  for (const each of generations) {
    if (projectionOf(engine, each)) continue;
    throw new BuildFailed(
      each.id,
      `generation ${each.number} of ${each.projection} was filled by version ${each.version}, which this code does not have: ` +
        `retire it, or start the code that has it`,
    );
  }
}

/**
 * One row set of the job for each of these generations, and none of others. Call it while the floor is held: who settles a
 * dead letter of the site then either did it before, or finds the row set. @throws BuildFailed
 */
export async function ensureSpare(
  engine: Engine,
  client: ClientBase,
  job: number,
  { id, settings: { timeZone, rules, revision } }: KnownSite,
  generations: readonly Generation[],
): Promise<void> {
  requireVersions(engine, generations);
  const ids = generations.map((each) => each.id);
  await client.query(
    `UPDATE spare_row_set SET job_id = NULL, kept_until = now() WHERE job_id = $1 AND generation_id <> ALL ($2::int[])`,
    [job, ids],
  );
  await client.query(
    `INSERT INTO spare_row_set (site_id, generation_id, settings, revision, job_id)
     SELECT $2, g, $3, $4, $1 FROM unnest($5::int[]) AS g ON CONFLICT (job_id, generation_id) DO NOTHING`,
    [job, id, JSON.stringify({ timeZone, rules }), revision, ids],
  );
}

export async function spareSets(
  client: ClientBase,
  job: number,
  generations: readonly FedGeneration[],
): Promise<SpareSet[]> {
  const { rows } = await client.query<{
    id: number;
    row_set: number;
    sequence: number;
    events: number;
    days: string[] | null;
  }>(
    `SELECT generation_id AS id, row_set, sequence, events::float8 AS events, days::text[] AS days FROM spare_row_set
     WHERE job_id = $1 ORDER BY row_set FOR UPDATE`,
    [job],
  );
  return generations.flatMap(({ goal, ...generation }) => {
    const row = rows.find((each) => each.id === generation.id);
    if (!row) return [];
    const { row_set: rowSet, sequence, events } = row;
    const days = row.days ? new Set(row.days) : undefined;
    return [{ generation: { ...generation, sequence }, rowSet, goal, events, days }];
  });
}

/** Those that stand furthest behind and are not where they should be, up to where they meet others or a goal. */
export function hindmostSets(sets: readonly SpareSet[]): { group: Group; sets: SpareSet[] } | undefined {
  const behind = sets.filter(({ generation, goal }) => generation.sequence < goal);
  if (behind.length === 0) return undefined;
  const at = Math.min(...behind.map(({ generation }) => generation.sequence));
  const group = behind.filter(({ generation }) => generation.sequence === at);
  const ahead = behind.map(({ generation }) => generation.sequence).filter((each) => each > at);
  const upTo = Math.min(...ahead, ...group.map(({ goal }) => goal));
  return {
    group: { at, upTo, next: 'generation', generations: group.map(({ generation }) => generation) },
    sets: group,
  };
}

/** Compare-and-set on where they stand and what they were begun with, until the transaction ends. @throws GenerationsChanged */
export async function holdSets(
  client: ClientBase,
  job: number,
  at: number,
  sets: readonly SpareSet[],
): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT FROM spare_row_set r JOIN generation g ON g.id = r.generation_id
     WHERE r.row_set = ANY ($1::int[]) AND r.job_id = $2 AND r.sequence = $3 AND (r.days IS NULL) = $4
       AND g.status <> 'retired' ORDER BY r.row_set FOR UPDATE OF r`,
    [sets.map((each) => each.rowSet), job, at, sets[0]?.days === undefined],
  );
  if (rowCount !== sets.length)
    throw new GenerationsChanged('what was filled for a site is outdated, or filled by another process');
}

export async function moveSets(
  client: ClientBase,
  sets: readonly SpareSet[],
  to: number,
  events: number,
): Promise<void> {
  await client.query(
    'UPDATE spare_row_set SET sequence = $2, events = events + $3 WHERE row_set = ANY ($1::int[])',
    [sets.map((each) => each.rowSet), to, events],
  );
}

/**
 * The site points to the row sets of the job, and has the settings that they were filled with. Those that it pointed to are
 * kept for some days.
 */
export async function pointTo(
  client: ClientBase,
  job: number,
  { id, settings: { timeZone, rules, revision } }: KnownSite,
  sets: readonly SpareSet[],
): Promise<void> {
  const ids = sets.map(({ generation }) => generation.id);
  await client.query(
    `INSERT INTO spare_row_set (row_set, site_id, generation_id, settings, revision, sequence, events, kept_until)
     SELECT r.row_set, r.site_id, r.generation_id, jsonb_build_object('timeZone', s.time_zone, 'rules', s.rules, 'botList', s.bot_list), s.revision, n.sequence,
       n.events, now() + $3 * interval '1 day'
     FROM row_set r JOIN site s ON s.id = r.site_id
     JOIN spare_row_set n ON n.generation_id = r.generation_id AND n.job_id = $4
     WHERE r.site_id = $1 AND r.generation_id = ANY ($2::int[])`,
    [id, ids, KEPT_DAYS, job],
  );
  await client.query(
    `INSERT INTO row_set (site_id, generation_id, row_set)
     SELECT site_id, generation_id, row_set FROM spare_row_set WHERE job_id = $1
     ON CONFLICT (site_id, generation_id) DO UPDATE SET row_set = excluded.row_set`,
    [job],
  );
  await client.query('DELETE FROM spare_row_set WHERE job_id = $1', [job]);
  await client.query(
    'UPDATE site SET time_zone = $2, rules = $3, revision = $4, bot_list = $5 WHERE id = $1',
    [id, timeZone, JSON.stringify(rules), revision, botListOf(rules)],
  );
}

/**
 * The figures of these sites changed behind what is filled or kept for them: it is of no use any more, also to a transaction
 * that began before this one and would keep it longer.
 */
export async function outdateSpare(client: ClientBase, sites: readonly string[]): Promise<void> {
  if (sites.length === 0) return;
  await client.query(
    `UPDATE spare_row_set r SET job_id = NULL, kept_until = '-infinity'
     FROM site s WHERE s.id = r.site_id AND s.name = ANY ($1::text[])`,
    [sites],
  );
}
