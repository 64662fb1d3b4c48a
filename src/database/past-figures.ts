import type { Pool, PoolClient } from 'pg';
import type { JobProgress } from './job-progress.js';
import { requestJob } from './jobs.js';
import { isFull } from './order-bounds.js';
import { rowsOf, type RowReader } from './row-reader.js';
import { asTenant, EVERYTHING } from './tenant.js';

/** Kind of the order that makes figures of a site as they were; its argument is their row here. */
export const AS_OF = 'as_of';

/** The read models that can be read as they were. */
export const PAST_PROJECTIONS: readonly string[] = [
  'daily_aggregates',
  'devices',
  'hourly_series',
  'locales',
  'sources',
  'top_paths',
  'unique_visitors',
];

/** Seconds for which made figures are kept after they were read last. */
export const PAST_KEPT = 3_600;
/** Seconds for which somebody who asks is believed to wait, unless he asks again. */
const WAITS = 5;
/** The same after an answer that says "ask again". */
const ASKS_AGAIN = 30;

/** Which figures: the log up to and including that event, folded under those settings. */
export interface PastWanted {
  /** Key and name of the site. */
  readonly site: { readonly key: number; readonly id: string };
  readonly sequence: number;
  readonly ordinal: number;
  readonly settings: object;
  readonly revision: number;
}

/** How far the figures are. */
export interface PastState {
  readonly id: number;
  /** Every served generation of PAST_PROJECTIONS has them. */
  readonly ready: boolean;
  /** Of the order that makes them; null where there is none, or may be none now. */
  readonly state: 'queued' | 'running' | 'done' | 'failed' | null;
  readonly error: string | null;
  readonly progress: JobProgress | null;
}

/** SQL: a row set of figures that are made, and neither outdated nor about to be deleted. */
const MADE = 'r.job_id IS NULL AND r.kept_until > now()';

/** Finds the figures, or orders them; whoever asks for the same at the same time shares one order. */
export function wantPast(pool: Pool, wanted: PastWanted): Promise<PastState> {
  return asTenant(pool, EVERYTHING, (client) => findOrOrder(client, wanted));
}

async function findOrOrder(client: PoolClient, wanted: PastWanted): Promise<PastState> {
  const id = await known(client, wanted);
  await client.query(
    `UPDATE spare_row_set r SET kept_until = now() + $2 * interval '1 second' WHERE r.past_id = $1 AND ${MADE}`,
    [id, PAST_KEPT],
  );
  const [state] = await lookAtPast(rowsOf(client), [id]);
  if (!state) throw new Error('the figures that were asked for vanished');
  if (state.ready || state.state === 'queued' || state.state === 'running') return state;
  if (await isFull(client, AS_OF, wanted.site.id)) return { ...state, state: null };
  const job = await requestJob(client, AS_OF, { site: wanted.site.id, past: id });
  await client.query('UPDATE past_figures SET job_id = $2 WHERE id = $1', [id, job]);
  return { ...state, state: 'queued', error: null, progress: null };
}

/** Their row. Until the end of the transaction nobody else asks for them, and they are not given up. */
async function known(client: PoolClient, wanted: PastWanted): Promise<number> {
  const { site, sequence, ordinal, settings, revision } = wanted;
  const values = [site.key, sequence, ordinal, JSON.stringify(settings), revision, WAITS];
  const { rows } = await client.query<{ id: number }>(
    `UPDATE past_figures SET wanted_until = greatest(wanted_until, now() + $6 * interval '1 second'), read_at = now()
     WHERE site_id = $1 AND sequence = $2 AND ordinal = $3 AND md5(settings::text) = md5($4::jsonb::text) AND revision = $5
     RETURNING id`,
    values,
  );
  if (rows[0]) return rows[0].id;
  const inserted = await client.query<{ id: number }>(
    `INSERT INTO past_figures (site_id, sequence, ordinal, settings, revision, wanted_until)
     VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 second')
     ON CONFLICT (site_id, sequence, ordinal, revision, md5(settings::text))
     DO UPDATE SET wanted_until = greatest(past_figures.wanted_until, excluded.wanted_until), read_at = now()
     RETURNING id`,
    values,
  );
  return inserted.rows[0]?.id ?? 0;
}

export function lookAtPast(reader: RowReader, ids: readonly number[]): Promise<PastState[]> {
  return reader.query<PastState>(
    `SELECT p.id, j.state, j.error, j.progress, NOT EXISTS (
       SELECT FROM served_generation s WHERE s.projection = ANY ($2::text[]) AND NOT EXISTS (
         SELECT FROM spare_row_set r WHERE r.past_id = p.id AND r.generation_id = s.generation_id AND ${MADE})) AS ready
     FROM past_figures p LEFT JOIN job j ON j.id = p.job_id WHERE p.id = ANY ($1::int[])`,
    [ids, PAST_PROJECTIONS],
  );
}

/** Somebody still waits for them. @param asksAgain they were told to, and may come back in some seconds */
export async function stillWanted(pool: Pool, ids: readonly number[], asksAgain: boolean): Promise<void> {
  await asTenant(pool, EVERYTHING, (client) =>
    client.query(
      `UPDATE past_figures SET wanted_until = greatest(wanted_until, now() + $2 * interval '1 second')
       WHERE id = ANY ($1::int[])`,
      [ids, asksAgain ? ASKS_AGAIN : WAITS],
    ),
  );
}

/** Generation -> row set of made figures. */
export async function pastRowSets(reader: RowReader, id: number): Promise<ReadonlyMap<number, number>> {
  const rows = await reader.query<{ generation_id: number; row_set: number }>(
    `SELECT r.generation_id, r.row_set FROM spare_row_set r WHERE r.past_id = $1 AND ${MADE}`,
    [id],
  );
  return new Map(rows.map((row) => [row.generation_id, row.row_set]));
}
