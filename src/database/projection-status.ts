import type { RowReader } from './row-reader.js';

export interface PartitionFigures {
  readonly partition: number;
  /** Last sequence that is in the figures. */
  readonly checkpoint: number;
  /** Last sequence in the log, as the holder saw it at most some seconds ago. */
  readonly head: number;
  /** Messages in the log that are not in the figures yet. */
  readonly lag: number;
  /** Events a second, lately: of the build while it is behind, else of live projection. */
  readonly rate: number;
  /** Open ones; those of a whole message count for every generation. */
  readonly deadLetters: number;
  readonly owner: string | null;
  /** Whether a projector holds the partition now. */
  readonly held: boolean;
  readonly stoppedReason: string | null;
}

export interface ProjectionFigures {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly status: 'building' | 'served' | 'kept';
  readonly createdAt: Date;
  /** When it was switched to last; null: never. */
  readonly servedAt: Date | null;
  /** Until when it can be switched back to; null where it is not kept. */
  readonly keptUntil: Date | null;
  /** None before a projector ran. */
  readonly partitions: readonly PartitionFigures[];
}

type Head = Omit<ProjectionFigures, 'partitions'>;
type Row = Head & (PartitionFigures | { readonly partition: null });

/** Every generation that is fed, served ones first within a name, with where it stands in each partition. */
export async function projectionStatus(reader: RowReader): Promise<ProjectionFigures[]> {
  const rows = await reader.query<Row>(
    `SELECT g.projection AS name, g.version, g.number AS generation,
       CASE WHEN s.generation_id IS NULL THEN g.status ELSE 'served' END AS status, g.created_at AS "createdAt",
       g.served_at AS "servedAt", g.kept_until AS "keptUntil", p.partition,
       coalesce(c.sequence, 0) AS checkpoint, greatest(p.head_sequence, p.sequence, c.sequence) AS head,
       greatest(p.head_sequence, p.sequence, c.sequence) - coalesce(c.sequence, 0) AS lag,
       coalesce(CASE WHEN p.lease_until < now() THEN 0 WHEN c.sequence < p.sequence THEN c.rate ELSE p.rate END, 0) AS rate,
       coalesce(d.open, 0)::int AS "deadLetters", p.owner, coalesce(p.lease_until >= now(), false) AS held,
       p.stopped_reason AS "stoppedReason"
     FROM generation g LEFT JOIN served_generation s ON s.generation_id = g.id LEFT JOIN partition p ON true
     LEFT JOIN checkpoint c ON c.partition = p.partition AND c.generation_id = g.id
     LEFT JOIN LATERAL (
       SELECT count(*) AS open FROM dead_letter l
       WHERE l.partition = p.partition AND l.status = 'open' AND (l.generation_id = g.id OR l.generation_id IS NULL)
     ) d ON true
     WHERE g.status <> 'retired' OR s.generation_id IS NOT NULL
     ORDER BY g.projection COLLATE "C", s.generation_id IS NULL, g.number DESC, p.partition`,
  );
  const projections = new Map<string, ProjectionFigures & { partitions: PartitionFigures[] }>();
  for (const row of rows) {
    const { name, version, generation, status, createdAt, servedAt, keptUntil, ...figures } = row;
    const head = { name, version, generation, status, createdAt, servedAt, keptUntil };
    const key = `${name} ${generation}`;
    const known = projections.get(key) ?? { ...head, partitions: [] };
    projections.set(key, known);
    if (figures.partition !== null) known.partitions.push(figures);
  }
  return [...projections.values()];
}

/** The log knows its heads better than the row that the projector writes every few seconds. */
export function withHeads(
  figures: readonly ProjectionFigures[],
  heads: ReadonlyMap<number, number>,
): ProjectionFigures[] {
  return figures.map((projection) => ({
    ...projection,
    partitions: projection.partitions.map((each) => {
      const head = Math.max(heads.get(each.partition) ?? each.head, each.checkpoint);
      return { ...each, head, lag: head - each.checkpoint };
    }),
  }));
}
