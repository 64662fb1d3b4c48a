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

/** `partition -> open dead letters`, every partition included. */
export async function countOpenDeadLetters(pool: Pool): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ partition: number; open: number }>(
    `SELECT p.partition, count(d.id) AS open FROM partition p
     LEFT JOIN dead_letter d ON d.partition = p.partition AND d.status = 'open' GROUP BY p.partition`,
  );
  return new Map(rows.map((row) => [row.partition, row.open]));
}
