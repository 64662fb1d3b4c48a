import type { RowReader } from './row-reader.js';

/** One kind of drift: what the log comes to is not what is recorded. */
export interface Finding {
  readonly kind: 'read_model' | 'ledger' | 'duplicates' | 'log';
  /**
   * read_model: `differs`, `missing`, `extra`, `cannot_project`; ledger: `missing`, `foreign`, `elsewhere`; duplicates: `not_recorded`,
   * `wrongly_recorded`; log: `missing_messages`, `unreadable`, `other_log`, `unknown_site`, `wrong_partition`.
   */
  readonly what: string;
  readonly partition: number;
  readonly projection: string | null;
  /** Of the site's zone, YYYY-MM-DD; null where the rows have no day. */
  readonly day: string | null;
  /** Column of the measure; `rows` for whole rows, `<measure> members` for its set. */
  readonly measure: string | null;
  /** Rows, entries, events or messages that drift. */
  readonly rows: number;
  /** The drifting rows added up, from the log and as recorded; null where they cannot be added. */
  readonly fromLog: string | null;
  readonly recorded: string | null;
  /** The earliest position (`partition:sequence:ordinal`) whose event touches what drifts; null where no event does. */
  readonly since: string | null;
  readonly example: string | null;
}

/** What a verification came to. */
export interface Verification {
  /** Of the job that made it. */
  readonly id: number;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly outcome: 'clean' | 'drift';
  /** Null: all of them. */
  readonly site: string | null;
  /** Days, both included; null: open. */
  readonly from: string | null;
  readonly to: string | null;
  /** The live checkpoint of each partition at which it was compared. */
  readonly positions: readonly { readonly partition: number; readonly sequence: number }[];
  /** Events counted, and dropped as duplicates, on the way there. */
  readonly events: number;
  readonly duplicates: number;
  readonly driftRows: number;
  /** How many there are; `findings` holds the first of them. */
  readonly findingsTotal: number;
  readonly findings: readonly Finding[];
}

const columns = `id, started_at AS "startedAt", finished_at AS "finishedAt", outcome, site, from_day AS "from",
  to_day AS "to", positions, events, duplicates, drift_rows AS "driftRows", findings_total AS "findingsTotal", findings`;

/** The last results, newest first. */
export function lastVerifications(reader: RowReader, most: number): Promise<Verification[]> {
  return reader.query<Verification>(`SELECT ${columns} FROM verification ORDER BY id DESC LIMIT $1`, [most]);
}

/** What the job came to; undefined where it is not done, or long ago. */
export async function findVerification(reader: RowReader, id: number): Promise<Verification | undefined> {
  return (await reader.query<Verification>(`SELECT ${columns} FROM verification WHERE id = $1`, [id]))[0];
}

/** When everything was last verified without drift, and what the last verification of everything found. */
export async function verificationSigns(
  reader: RowReader,
): Promise<{ lastSuccess: Date | null; driftRows: number | null }> {
  const [row] = await reader.query<{ lastSuccess: Date | null; driftRows: number | null }>(
    `SELECT max(finished_at) FILTER (WHERE outcome = 'clean') AS "lastSuccess",
       (array_agg(drift_rows ORDER BY id DESC))[1] AS "driftRows"
     FROM verification WHERE site IS NULL AND from_day IS NULL AND to_day IS NULL`,
  );
  return row ?? { lastSuccess: null, driftRows: null };
}
