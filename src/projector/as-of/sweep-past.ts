import { AS_OF } from '#database/past-figures.js';
import { botList } from '#events/site-rules/bot-list.js';
import type { Engine } from '../engine.js';

/** Of what may be kept, as one site may have of it before it stands behind all others. */
const SHARE = 5;

/**
 * Lets go of past figures beyond what may be kept, first those of sites that have more than their share, then those read longest ago,
 * and forgets what is no longer kept. Their rows are deleted with those of other row sets that nobody needs.
 */
export async function sweepPast({ pool, limits }: Engine): Promise<void> {
  // Made with another list of bots than this code has.
  await pool.query(
    `UPDATE spare_row_set SET kept_until = now()
     WHERE past_id IS NOT NULL AND job_id IS NULL AND kept_until > now() AND settings ->> 'botList' <> $1`,
    [botList()],
  );
  // Whoever asks for them in this moment has given them a later end: they are not what was judged here, and stay.
  await pool.query(
    `UPDATE spare_row_set r SET kept_until = now() FROM (
       SELECT m.row_set, m.kept_until FROM spare_row_set m JOIN (
         SELECT id, row_number() OVER newest AS n, sum(events) OVER newest AS total FROM (
           SELECT id, read_at, events, row_number() OVER own > $1::bigint / $3::int
             OR (row_number() OVER own > 1 AND sum(events) OVER own > $2::bigint / $3::int) AS beyond
           FROM past_figures p
           WHERE EXISTS (SELECT FROM spare_row_set e WHERE e.past_id = p.id AND e.job_id IS NULL AND e.kept_until > now())
           WINDOW own AS (PARTITION BY site_id ORDER BY read_at DESC, id DESC)) shared
         WINDOW newest AS (ORDER BY beyond, read_at DESC, id DESC)) ranked ON ranked.id = m.past_id
       WHERE m.job_id IS NULL AND m.kept_until > now() AND (n > $1 OR (n > 1 AND total > $2))) judged
     WHERE r.row_set = judged.row_set AND r.kept_until = judged.kept_until`,
    [limits.pastFigures, limits.pastEvents, SHARE],
  );
  await pool.query(
    `DELETE FROM past_figures p WHERE wanted_until < now() - interval '1 minute'
       AND NOT EXISTS (SELECT FROM job j WHERE j.id = p.job_id AND j.state IN ('queued', 'running'))
       AND NOT EXISTS (SELECT FROM spare_row_set r WHERE r.past_id = p.id AND r.kept_until > now())`,
  );
  await pool.query(`DELETE FROM job WHERE kind = $1 AND finished_at < now() - interval '1 hour'`, [AS_OF]);
}
