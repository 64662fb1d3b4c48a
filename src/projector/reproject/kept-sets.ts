import type { ClientBase } from 'pg';
import { park, type DeadLetter } from '../dead-letters.js';
import type { KnownSite } from '../sites.js';
import { botListOf } from './bot-list.js';

/** A row set that the site pointed to under these settings; it holds all of its events up to there. */
export interface KeptSet {
  readonly generation: number;
  readonly rowSet: number;
  readonly sequence: number;
}

/** The newest of each of these generations that is kept from when the site had these settings. */
export async function keptSets(
  client: ClientBase,
  { id, settings: { timeZone, rules } }: KnownSite,
  generations: readonly number[],
): Promise<KeptSet[]> {
  // Rows are deleted once the time is over, which must not come while they are read.
  const { rows } = await client.query<KeptSet>(
    `SELECT DISTINCT ON (generation_id) generation_id AS generation, row_set AS "rowSet", sequence FROM spare_row_set
     WHERE site_id = $1 AND settings = $2 AND generation_id = ANY ($3::int[]) AND job_id IS NULL AND past_id IS NULL
       AND kept_until > now() + interval '1 minute' ORDER BY generation_id, sequence DESC`,
    [id, JSON.stringify({ timeZone, rules, botList: botListOf(rules) }), generations],
  );
  return rows;
}

/** Back to settings that the site had: the order goes on with what is kept of then, where it has no row set of its own yet. */
export async function adoptKept(
  client: ClientBase,
  job: number,
  site: KnownSite,
  generations: readonly number[],
): Promise<void> {
  const kept = await keptSets(client, site, generations);
  if (kept.length === 0) return;
  await client.query(
    `UPDATE spare_row_set k SET job_id = $1, kept_until = NULL, revision = $2
     WHERE row_set = ANY ($3::int[]) AND job_id IS NULL AND kept_until > now()
       AND NOT EXISTS (SELECT FROM spare_row_set m WHERE m.job_id = $1 AND m.generation_id = k.generation_id)`,
    [job, site.settings.revision, kept.map(({ rowSet }) => rowSet)],
  );
}

/**
 * Parks events of a site that its rules had left out so far. What is kept of before may have them, and what is being made of the
 * past: both go.
 */
export async function parkUntried(
  client: ClientBase,
  { id, partition }: KnownSite,
  letters: readonly DeadLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  // Figures of the past that are begun from here on wait for the commit, and see it.
  await client.query('SELECT FROM partition WHERE partition = $1 FOR NO KEY UPDATE', [partition]);
  await park(client, letters);
  await client.query(
    `UPDATE spare_row_set SET job_id = NULL, kept_until = '-infinity'
     WHERE site_id = $1 AND (job_id IS NULL OR past_id IS NOT NULL) AND kept_until IS DISTINCT FROM '-infinity'`,
    [id],
  );
}
