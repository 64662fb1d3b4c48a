import type { RowReader } from './row-reader.js';

/** What a job of any kind may tell of itself. */
export interface JobProgress {
  readonly eventsDone?: number;
  readonly eventsTotal?: number;
  /** Events a second. */
  readonly rate?: number;
  readonly secondsLeft?: number | null;
  /** What came of it, in the words of its kind. */
  readonly result?: unknown;
}

/** How far a rebuild is. */
export interface RebuildProgress extends JobProgress {
  readonly generations: readonly {
    readonly id: number;
    readonly projection: string;
    readonly number: number;
  }[];
  readonly messagesDone: number;
  readonly messagesTotal: number;
  /** Estimated from the messages, since only the log knows how many events each of them holds. */
  readonly eventsDone: number;
  readonly eventsTotal: number;
  /** Events a second since the start. */
  readonly rate: number;
  readonly secondsLeft: number | null;
  /** Every partition has reached the live checkpoint, and moves with it from now on. */
  readonly joined: boolean;
  readonly partitions: readonly {
    readonly partition: number;
    readonly done: number;
    readonly total: number;
  }[];
}

interface Row {
  readonly partition: number;
  readonly total: number;
  readonly events: number;
  readonly done: number | null;
  readonly standing: number;
  readonly joined: boolean | null;
}

/** One statement, so one moment. Generations that stand at the floor in it may still be left behind by a batch on its way. */
export async function rebuildProgress(
  reader: RowReader,
  generations: RebuildProgress['generations'],
  startedAt: Date | null,
): Promise<RebuildProgress> {
  const rows = await reader.query<Row>(
    `SELECT p.partition, p.sequence AS total, p.events + p.duplicates AS events, min(c.sequence) AS done,
       count(c.generation_id)::int AS standing, bool_and(c.sequence = p.sequence) AS joined
     FROM partition p LEFT JOIN checkpoint c ON c.partition = p.partition AND c.generation_id = ANY ($1::int[])
     GROUP BY p.partition ORDER BY p.partition`,
    [generations.map((each) => each.id)],
  );
  const sum = (pick: (row: Row) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const eventsDone = Math.round(
    sum((row) => (row.total === 0 ? 0 : (row.events * (row.done ?? 0)) / row.total)),
  );
  const eventsTotal = sum((row) => row.events);
  const seconds = startedAt ? (Date.now() - startedAt.getTime()) / 1000 : 0;
  const rate = seconds > 0 ? Math.round(eventsDone / seconds) : 0;
  return {
    generations,
    messagesDone: sum((row) => row.done ?? 0),
    messagesTotal: sum((row) => row.total),
    eventsDone,
    eventsTotal,
    rate,
    secondsLeft: rate > 0 ? Math.max(0, Math.ceil((eventsTotal - eventsDone) / rate)) : null,
    joined:
      rows.length > 0 && rows.every((row) => row.joined === true && row.standing === generations.length),
    partitions: rows.map(({ partition, done, total }) => ({ partition, done: done ?? 0, total })),
  };
}
