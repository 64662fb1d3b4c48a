import type { Pool } from 'pg';

export interface PartitionFigures {
  readonly partition: number;
  /** Last sequence that is in the figures. */
  readonly checkpoint: number;
  /** Last sequence in the log, as the holder saw it at most some seconds ago. */
  readonly head: number;
  /** Messages in the log that are not in the figures yet. */
  readonly lag: number;
  /** Events a second, lately. */
  readonly rate: number;
  /** Open ones. */
  readonly deadLetters: number;
  readonly owner: string | null;
  readonly stoppedReason: string | null;
}

export interface ProjectionFigures {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly status: 'building' | 'served' | 'kept';
  readonly partitions: readonly PartitionFigures[];
}

interface Row extends PartitionFigures {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly status: ProjectionFigures['status'];
}

/** Every generation that is fed, served ones first within a name, with where it stands in each partition. */
export async function projectionStatus(pool: Pool): Promise<ProjectionFigures[]> {
  const { rows } = await pool.query<Row>(
    `SELECT g.projection AS name, g.version, g.number AS generation, g.status, p.partition, c.sequence AS checkpoint,
       greatest(p.head_sequence, p.sequence) AS head, greatest(p.head_sequence, p.sequence) - c.sequence AS lag,
       coalesce(p.rate, 0) AS rate, coalesce(d.open, 0)::int AS "deadLetters", p.owner, p.stopped_reason AS "stoppedReason"
     FROM generation g JOIN checkpoint c ON c.generation_id = g.id JOIN partition p USING (partition)
     LEFT JOIN LATERAL (
       SELECT count(*) AS open FROM dead_letter l
       WHERE l.partition = p.partition AND l.status = 'open' AND (l.generation_id = g.id OR l.generation_id IS NULL)
     ) d ON true
     WHERE g.status <> 'retired'
     ORDER BY g.projection, g.status <> 'served', g.number DESC, p.partition`,
  );
  const projections = new Map<string, ProjectionFigures & { partitions: PartitionFigures[] }>();
  for (const { name, version, generation, status, ...figures } of rows) {
    const key = `${name} ${generation}`;
    const known = projections.get(key);
    if (known) known.partitions.push(figures);
    else projections.set(key, { name, version, generation, status, partitions: [figures] });
  }
  return [...projections.values()];
}

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
