import type { ClientBase } from 'pg';
import { RETRY_DEAD_LETTERS } from '#database/dead-letter-orders.js';
import { requestJob } from '#database/jobs.js';
import { ProjectionFault } from '#projection/fault.js';
import type { Projection } from '#projection/types.js';

/** Reason of a dead letter that only waits: its projection asks for order, and an earlier event of the site is one. */
export const HELD_BACK = 'held_back';

export function heldBack(): ProjectionFault {
  return new ProjectionFault(
    HELD_BACK,
    'an earlier event of this site is a dead letter of this projection, which asks for order; goes on with it',
  );
}

/** For each target that asks for order: the sites whose next events have to wait. */
export async function heldSites(
  client: ClientBase,
  partition: number,
  targets: readonly { readonly generationId: number; readonly projection: Projection }[],
  siteIds: readonly number[],
): Promise<Map<number, Set<number>>> {
  const ordered = targets.filter(({ projection }) => projection.ordered).map((each) => each.generationId);
  const held = new Map(ordered.map((id) => [id, new Set<number>()]));
  if (ordered.length === 0 || siteIds.length === 0) return held;
  const { rows } = await client.query<{ generation: number; site: number }>(
    `SELECT DISTINCT d.generation_id AS generation, s.id AS site FROM dead_letter d JOIN site s ON s.name = d.site
     WHERE d.partition = $1 AND d.generation_id = ANY ($2::int[]) AND d.status = 'open' AND s.id = ANY ($3::int[])`,
    [partition, ordered, siteIds],
  );
  for (const { generation, site } of rows) held.get(generation)?.add(site);
  return held;
}

/** Of these dead letters, which are retried together, those before which another one of their site stands. */
export async function waiting(client: ClientBase, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const { rows } = await client.query<{ id: number }>(
    `SELECT d.id FROM dead_letter d WHERE d.id = ANY ($1::bigint[]) AND EXISTS (
       SELECT FROM dead_letter e WHERE e.partition = d.partition AND e.generation_id = d.generation_id
         AND e.site = d.site AND e.status = 'open' AND e.id <> ALL ($1::bigint[])
         AND (e.sequence, e.ordinal) < (d.sequence, d.ordinal))`,
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}

/** Orders a retry of what is first in its line now and only waits. Call it in the transaction that shortened the line. */
export async function letGo(
  client: ClientBase,
  partition: number,
  projections: readonly Projection[],
): Promise<void> {
  const names = projections.filter((each) => each.ordered).map((each) => each.name);
  if (names.length === 0) return;
  const { rows } = await client.query<{ site: string; projection: string }>(
    `SELECT DISTINCT d.site, g.projection FROM dead_letter d JOIN generation g ON g.id = d.generation_id
     WHERE d.partition = $1 AND d.status = 'open' AND d.reason = $2 AND d.job_id IS NULL AND g.projection = ANY ($3::text[])
       AND NOT EXISTS (
         SELECT FROM dead_letter e WHERE e.partition = d.partition AND e.generation_id = d.generation_id
           AND e.site = d.site AND e.status = 'open' AND (e.sequence, e.ordinal) < (d.sequence, d.ordinal))`,
    [partition, HELD_BACK, names],
  );
  for (const row of rows) await requestJob(client, RETRY_DEAD_LETTERS, { ...row, reason: HELD_BACK });
}
