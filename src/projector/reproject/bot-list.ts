import type { ClientBase, Pool } from 'pg';
import { botList } from '#events/site-rules/bot-list.js';
import type { SiteRule } from '#events/site-rules/site-rule.js';

/** Which list of bots figures depend on that are made with these rules; null for none. */
export function botListOf(rules: readonly SiteRule[]): string | null {
  return rules.some(({ kind }) => kind === 'exclude_bots') ? botList() : null;
}

/** Sites whose figures were made with another list of bots than this code has: the same settings for their past again. */
export async function orderNewBotList(pool: Pool): Promise<void> {
  await pool.query(
    `INSERT INTO job (kind, arguments)
     SELECT 'reproject', jsonb_build_object('site', s.name, 'timeZone', s.time_zone, 'rules', s.rules,
       'revision', s.revision, 'botList', $1::text)
     FROM site s WHERE s.bot_list <> $1 AND NOT EXISTS (
       SELECT FROM job j WHERE j.kind = 'reproject' AND j.state IN ('queued', 'running')
         AND j.arguments ->> 'site' = s.name AND j.arguments ->> 'botList' = $1)
     ORDER BY s.id`,
    [botList()],
  );
}

/** Whether the figures that a site is served were made with another list. */
export async function isOfOtherBotList(client: ClientBase, site: number): Promise<boolean> {
  const { rows } = await client.query('SELECT FROM site WHERE id = $1 AND bot_list <> $2', [site, botList()]);
  return rows.length > 0;
}
