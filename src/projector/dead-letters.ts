import type { ClientBase } from 'pg';
import type { Position } from '#events/position.js';
import { PartitionStopped, messageOf, sqlState } from './errors.js';

export interface DeadLetter {
  readonly position: Position;
  /** Undefined: no projection ever saw it. */
  readonly generationId?: number;
  readonly site?: string;
  readonly eventId?: string;
  /** Short and fixed, also a metric label. */
  readonly reason: string;
  readonly detail: string;
  readonly text: string;
}

const MOST_TEXT = 64 * 1024;
/** Connection, transaction, resources, operator, system: the next attempt may succeed. */
const PASSING = /^(08|25|40|53|55|57|58|XX)/;

/** Parks what cannot be projected, in the batch's own transaction: what is not parked is not passed over. */
export async function park(client: ClientBase, letters: readonly DeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  try {
    await client.query(
      `INSERT INTO dead_letter (partition, sequence, ordinal, generation_id, site, event_id, reason, detail, event)
       SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[],
                            $8::text[], $9::text[])
       ON CONFLICT (partition, sequence, ordinal, generation_id) DO UPDATE
         SET attempts = dead_letter.attempts + 1, last_failed_at = now(),
             reason = excluded.reason, detail = excluded.detail`,
      [
        letters.map((letter) => letter.position.partition),
        letters.map((letter) => letter.position.sequence),
        letters.map((letter) => letter.position.ordinal),
        letters.map((letter) => letter.generationId ?? null),
        letters.map((letter) => (letter.site === undefined ? null : storable(letter.site))),
        letters.map((letter) => (letter.eventId === undefined ? null : storable(letter.eventId))),
        letters.map((letter) => letter.reason),
        letters.map((letter) => storable(letter.detail).slice(0, 2_000)),
        letters.map((letter) => storable(letter.text).slice(0, MOST_TEXT)),
      ],
    );
  } catch (error) {
    const state = sqlState(error);
    if (state === '' || PASSING.test(state)) throw error;
    throw new PartitionStopped(
      `${letters.length} events cannot be projected and their dead letters cannot be written (${messageOf(error)}). ` +
        'Nothing was skipped; mend the table dead_letter and the partition goes on by itself.',
      'batch',
    );
  }
}

/** PostgreSQL's text takes every character but NUL. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}

export interface ParkedPosition {
  readonly sequence: number;
  readonly ordinal: number;
  /** Null: parked for every projection. */
  readonly parkedAs: string | null;
}

/** Looks up what stands parked behind `after` and up to `upTo`. */
export type LoadParked = (
  client: ClientBase,
  partition: number,
  after: number,
  upTo: number,
) => Promise<ParkedPosition[]>;

/** For all projections, or for the served generation of one, by its name. */
export const parkedForServed: LoadParked = async (client, partition, after, upTo) => {
  const { rows } = await client.query<ParkedPosition>(
    `SELECT d.sequence, d.ordinal, s.projection AS "parkedAs"
     FROM dead_letter d LEFT JOIN served_generation s USING (generation_id)
     WHERE d.partition = $1 AND d.sequence > $2 AND d.sequence <= $3
       AND (d.generation_id IS NULL OR s.generation_id IS NOT NULL)`,
    [partition, after, upTo],
  );
  return rows;
};

/** For all projections, or for one of these generations, by its ID. */
export const parkedIn =
  (generationIds: readonly number[]): LoadParked =>
  async (client, partition, after, upTo) => {
    const { rows } = await client.query<ParkedPosition>(
      `SELECT sequence, ordinal, generation_id::text AS "parkedAs" FROM dead_letter
       WHERE partition = $1 AND sequence > $2 AND sequence <= $3
         AND (generation_id IS NULL OR generation_id = ANY ($4::int[]))`,
      [partition, after, upTo, generationIds],
    );
    return rows;
  };

/** `sequence.ordinal` of what has a dead letter behind `after` and up to `upTo` already: the log is read once more. */
export async function parkedBefore(
  client: ClientBase,
  partition: number,
  after: number,
  upTo: number,
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ at: string }>(
    `SELECT sequence || '.' || ordinal AS at FROM dead_letter WHERE partition = $1 AND sequence > $2 AND sequence <= $3`,
    [partition, after, upTo],
  );
  return new Set(rows.map((row) => row.at));
}

/** A rebuilt generation lists what it passed over, so that nothing is hidden once it is served. */
export async function copyParked(
  client: ClientBase,
  partition: number,
  after: number,
  upTo: number,
  generationId: number,
): Promise<void> {
  await client.query(
    `INSERT INTO dead_letter (partition, sequence, ordinal, generation_id, site, event_id, reason, detail, attempts,
                              event, status, first_failed_at, last_failed_at, note, discarded_at)
     SELECT d.partition, d.sequence, d.ordinal, g.id, d.site, d.event_id, d.reason, d.detail, d.attempts,
            d.event, d.status, d.first_failed_at, d.last_failed_at, d.note, d.discarded_at
     FROM dead_letter d JOIN served_generation s USING (generation_id) JOIN generation g USING (projection)
     WHERE g.id = $4 AND d.partition = $1 AND d.sequence > $2 AND d.sequence <= $3
     ORDER BY d.id ON CONFLICT DO NOTHING`,
    [partition, after, upTo, generationId],
  );
}
