import type { Pool } from 'pg';

/** Of these partitions, those where a generation stands behind the live checkpoint. */
export async function partitionsWithWork(pool: Pool, partitions: readonly number[]): Promise<number[]> {
  const { rows } = await pool.query<{ partition: number }>(
    `SELECT DISTINCT p.partition FROM partition p JOIN checkpoint c USING (partition)
     JOIN generation g ON g.id = c.generation_id
     WHERE p.partition = ANY ($1::int[]) AND c.sequence < p.sequence AND g.status <> 'retired'`,
    [partitions],
  );
  return rows.map((row) => row.partition);
}

/** Of these partitions, those where an operator's order about dead letters waits. */
export async function partitionsWithOrders(pool: Pool, partitions: readonly number[]): Promise<number[]> {
  const { rows } = await pool.query<{ partition: number }>(
    'SELECT DISTINCT partition FROM dead_letter WHERE job_id IS NOT NULL AND partition = ANY ($1::int[])',
    [partitions],
  );
  return rows.map((row) => row.partition);
}

/**
 * Of these partitions, those with a site that an order of one of these kinds is about, and the kind; not while everything
 * begins again from zero.
 */
export async function partitionsWithSiteOrders(
  pool: Pool,
  partitions: readonly number[],
  kinds: readonly string[],
): Promise<{ readonly partition: number; readonly kind: string }[]> {
  const { rows } = await pool.query<{ partition: number; kind: string }>(
    `SELECT DISTINCT s.partition, j.kind FROM job j JOIN site s ON s.name = j.arguments ->> 'site'
     WHERE j.kind = ANY ($2::text[]) AND j.state IN ('queued', 'running') AND s.partition = ANY ($1::int[])
       AND NOT EXISTS (SELECT FROM job z WHERE z.kind = 'rebuild_from_zero' AND z.state = 'running')`,
    [partitions, kinds],
  );
  return rows;
}

interface OpenDeadLetters {
  readonly partition: number;
  /** `all`: no projection ever saw them. */
  readonly projection: string;
  readonly reason: string;
  readonly open: number;
}

/** As many rows as there are fixed reasons, however many dead letters. A copy for another generation is no other one. */
export async function openDeadLetters(pool: Pool, partitions: readonly number[]): Promise<OpenDeadLetters[]> {
  const { rows } = await pool.query<OpenDeadLetters>(
    `SELECT d.partition, coalesce(g.projection, 'all') AS projection, d.reason,
       count(DISTINCT (d.sequence, d.ordinal))::int AS open
     FROM dead_letter d LEFT JOIN generation g ON g.id = d.generation_id
     WHERE d.status = 'open' AND d.partition = ANY ($1::int[]) GROUP BY 1, 2, 3`,
    [partitions],
  );
  return rows;
}
