import type { RowReader } from './row-reader.js';

export interface ProjectorFigures {
  readonly owner: string;
  /** When it joined; null: code that does not say so, and shares nothing. */
  readonly since: Date | null;
  /** Those it holds now, ascending. */
  readonly partitions: readonly number[];
}

/** Every projector that shows life, with what it holds. One that has died is named until its lease has run out. */
export function livingProjectors(reader: RowReader): Promise<ProjectorFigures[]> {
  return reader.query<ProjectorFigures>(
    `SELECT owner, since, coalesce(h.partitions, '{}') AS partitions
     FROM (SELECT owner, since FROM projector WHERE alive_until >= now()) l
     FULL JOIN (
       SELECT owner, array_agg(partition ORDER BY partition)::int[] AS partitions FROM partition
       WHERE lease_until >= now() GROUP BY owner) h USING (owner)
     ORDER BY owner COLLATE "C"`,
  );
}
