import { ORDINALS, type Found } from './findings.js';
import type { Scratch } from './scratch.js';

interface Drift {
  readonly what: string;
  readonly rows: number;
  readonly since: number;
  readonly example: string;
}

/**
 * The ledger in scratch against the recorded one, in the snapshot up to which the log was read (`reached`): every event has
 * its entry, at the first position of its ID, and every entry has its event. `siteId` null: of all sites.
 */
export async function compareLedger(
  { client, home }: Scratch,
  partition: number,
  reached: number,
  siteId: number | null,
): Promise<Found[]> {
  const ledger = `ledger_${partition}`;
  const place = (side: string) => `${side}.sequence * ${ORDINALS} + ${side}.ordinal`;
  const of = (side: string) => (siteId === null ? '' : ` WHERE ${side}.site_id = ${siteId}`);
  const { rows } = await client.query<Drift>(
    `SELECT CASE WHEN t.event_id IS NULL THEN 'missing' WHEN s.event_id IS NULL THEN 'foreign' ELSE 'elsewhere' END AS what,
       count(*) AS rows, min(coalesce(${place('s')}, ${place('t')})) AS since,
       min(coalesce(n.name, 'site ' || site_id) || ' ' || event_id) AS example
     FROM (SELECT * FROM ${ledger} s${of('s')}) s
     FULL JOIN (SELECT * FROM ${home}.${ledger} t${of('t')}) t USING (site_id, event_id)
     LEFT JOIN ${home}.site n ON n.id = site_id
     WHERE (s.sequence, s.ordinal) IS DISTINCT FROM (t.sequence, t.ordinal) GROUP BY 1`,
  );
  const found: Found[] = rows.map((row) => ({ kind: 'ledger', ...row }));
  if (siteId !== null) return found;
  const { rows: beyond } = await client.query<{ rows: number; since: number }>(
    `SELECT count(*) AS rows, min(sequence) * ${ORDINALS} AS since FROM ${home}.duplicate_${partition}
     WHERE sequence > $1 OR sequence < 1`,
    [reached],
  );
  for (const { rows, since } of beyond)
    if (rows > 0)
      found.push({ kind: 'duplicates', what: 'wrongly_recorded', rows, since, example: 'no message' });
  return found;
}
