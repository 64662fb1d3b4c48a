import type { ClientBase, Pool } from 'pg';
import { createTables } from '#projection/table.js';
import type { Projection } from '#projection/types.js';
import { LocksBusy, sqlState } from './errors.js';
import { inTransaction } from './session.js';

const QUERY_CANCELED = '57014';

/** One filled set of tables of a projection (`<projection>_g<number>`). */
export interface Generation {
  readonly id: number;
  readonly projection: string;
  readonly number: number;
  readonly version: number;
  readonly status: 'building' | 'served' | 'kept' | 'retired';
}

/** Days for which a generation that is no longer served is still fed, so that a switch back is instant. */
export const KEPT_DAYS = 7;

const columns = 'g.id, g.projection, g.number, g.version, g.status';

/** The generations that a live batch from `sequence` advances. */
export async function standingAt(
  client: ClientBase,
  partition: number,
  sequence: number,
): Promise<Generation[]> {
  const { rows } = await client.query<Generation>(
    `SELECT ${columns} FROM checkpoint c JOIN generation g ON g.id = c.generation_id
     WHERE c.partition = $1 AND c.sequence = $2 AND g.status <> 'retired' ORDER BY g.id`,
    [partition, sequence],
  );
  return rows;
}

export interface BehindGeneration extends Generation {
  readonly sequence: number;
}

/** The generations that a builder has to bring to the floor of the partition, hindmost first. */
export async function standingBehind(
  client: ClientBase,
  partition: number,
): Promise<{ floor: number; behind: BehindGeneration[] }> {
  const { rows } = await client.query<BehindGeneration & { floor: number }>(
    `SELECT ${columns}, c.sequence, p.sequence AS floor
     FROM partition p JOIN checkpoint c USING (partition) JOIN generation g ON g.id = c.generation_id
     WHERE p.partition = $1 AND c.sequence < p.sequence AND g.status <> 'retired' ORDER BY c.sequence, g.id`,
    [partition],
  );
  return { floor: rows[0]?.floor ?? 0, behind: rows };
}

/** Rows for the partitions there are now; a generation stands at 0 in a partition that is new. */
export async function ensurePartitions(pool: Pool, partitions: number): Promise<void> {
  // Without NOT EXISTS the insert would wait for a batch that holds the row, even a frozen one.
  await pool.query(
    `INSERT INTO partition (partition) SELECT n FROM generate_series(0, $1 - 1) AS n
     WHERE NOT EXISTS (SELECT FROM partition p WHERE p.partition = n) ON CONFLICT DO NOTHING`,
    [partitions],
  );
  await pool.query(
    `INSERT INTO checkpoint (partition, generation_id, sequence)
     SELECT p.partition, g.id, 0 FROM partition p CROSS JOIN generation g
     WHERE g.status <> 'retired' AND NOT EXISTS (
       SELECT FROM checkpoint c WHERE c.partition = p.partition AND c.generation_id = g.id)
     ON CONFLICT DO NOTHING`,
  );
}

/** A new generation with its tables, standing at 0 in every partition. Call it under `lockGenerations`. */
export async function createGeneration(
  client: ClientBase,
  projection: Projection,
  status: 'building' | 'served',
): Promise<Generation> {
  const { rows } = await client.query<Generation>(
    `INSERT INTO generation AS g (projection, number, version, status, served_at)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3, CASE WHEN $3 = 'served' THEN now() END
     FROM generation WHERE projection = $1 RETURNING ${columns}`,
    [projection.name, projection.version, status],
  );
  const [generation] = rows;
  if (!generation) throw new Error('no generation was made');
  for (const statement of createTables(projection, generation.number)) await client.query(statement);
  // Nobody but the owner may read them before they are walled: their rows are every tenant's.
  await client.query('SELECT tidemark_walls()');
  await client.query(
    'INSERT INTO checkpoint (partition, generation_id, sequence) SELECT partition, $1, 0 FROM partition',
    [generation.id],
  );
  if (status === 'served') {
    await client.query('INSERT INTO served_generation (projection, generation_id) VALUES ($1, $2)', [
      projection.name,
      generation.id,
    ]);
  }
  return generation;
}

/** Makes changes of the list of generations wait for each other; batches and readers do not wait. */
export async function lockGenerations(client: ClientBase): Promise<void> {
  await client.query('LOCK TABLE generation IN SHARE ROW EXCLUSIVE MODE');
}

/**
 * Waits for the batches on their way and keeps the next ones waiting until the transaction ends, which must be soon. A batch
 * feeds the generations that stood where it begins: one that came there while it was on its way is left behind by it. Only
 * what stands at the live checkpoint under these locks stays with it. Call it under `lockGenerations`.
 */
export async function lockFloors(client: ClientBase): Promise<void> {
  // For all of them together: whoever does not end its batch keeps nobody for long, and the order is tried again.
  await client.query(`SET LOCAL statement_timeout = '2s'`);
  await client.query('SELECT FROM partition ORDER BY partition FOR NO KEY UPDATE').catch((error: unknown) => {
    throw sqlState(error) === QUERY_CANCELED ? new LocksBusy() : error;
  });
  await client.query('SET LOCAL statement_timeout TO DEFAULT');
}

/**
 * One short transaction, under `lockFloors` where they may just have come to the live checkpoint: from its commit on,
 * readers see the other figures. Those served before are kept and fed; builds that these have overtaken are retired.
 */
export async function switchTo(client: ClientBase, generationIds: readonly number[]): Promise<void> {
  await client.query(
    `UPDATE generation o SET status = 'kept', kept_until = now() + $2 * interval '1 day'
     FROM generation n WHERE n.id = ANY ($1::int[]) AND o.projection = n.projection AND o.id <> n.id
       AND o.status = 'served'`,
    [generationIds, KEPT_DAYS],
  );
  await client.query(
    `UPDATE generation SET status = 'served', served_at = now(), kept_until = NULL WHERE id = ANY ($1::int[])`,
    [generationIds],
  );
  await client.query(
    `INSERT INTO served_generation (projection, generation_id)
     SELECT projection, id FROM generation WHERE id = ANY ($1::int[])
     ON CONFLICT (projection) DO UPDATE SET generation_id = excluded.generation_id`,
    [generationIds],
  );
  const { rows: overtaken } = await client.query<{ id: number }>(
    `SELECT o.id FROM generation o JOIN generation n USING (projection)
     WHERE n.id = ANY ($1::int[]) AND o.id < n.id AND o.version <= n.version AND o.status = 'building'`,
    [generationIds],
  );
  await retire(
    client,
    overtaken.map((row) => row.id),
  );
}

/** Ends a build that cannot succeed, and its job with it; whatever is served stays as it is. */
export async function failBuild(pool: Pool, generationId: number, reason: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockGenerations(client);
    const { rows } = await client.query<{ ids: number[] }>(
      `UPDATE job SET state = 'failed', error = $2, finished_at = now()
       WHERE state = 'running' AND progress -> 'generations' @> jsonb_build_array(jsonb_build_object('id', $1::int))
       RETURNING ARRAY(SELECT (g ->> 'id')::int FROM jsonb_array_elements(progress -> 'generations') g) AS ids`,
      [generationId, reason],
    );
    await retire(client, [generationId, ...rows.flatMap((row) => row.ids)]);
  });
}

/** They are fed no longer; `sweep` drops their tables. A served one stays. */
export async function retire(client: ClientBase, generationIds: readonly number[]): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `UPDATE generation g SET status = 'retired', kept_until = NULL
     WHERE id = ANY ($1::int[]) AND NOT EXISTS (SELECT FROM served_generation s WHERE s.generation_id = g.id)
     RETURNING id`,
    [generationIds],
  );
  const ids = rows.map((row) => row.id);
  await client.query('DELETE FROM checkpoint WHERE generation_id = ANY ($1::int[])', [ids]);
  await client.query('DELETE FROM dead_letter WHERE generation_id = ANY ($1::int[])', [ids]);
}
