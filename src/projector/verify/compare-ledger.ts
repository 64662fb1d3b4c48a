import { ORDINALS, type Found } from './findings.js';
import type { Scratch } from './scratch.js';

interface Drift {
  readonly what: string;
  readonly rows: number;
  readonly since: number;
  readonly example: string;
}

interface Reach {
  /** The last sequence that was read. */
  readonly reached: number;
  /** As an int8multirange, where not everything was read up to there. */
  readonly read: string | undefined;
  /** Null: all sites. */
  readonly siteId: number | null;
}

/**
 * The ledger in scratch against the recorded one, in the snapshot up to which the log was read: every event has its entry, at
 * the first position of its ID, and every entry has its event.
 */
export async function compareLedger(
  { client, home }: Scratch,
  partition: number,
  { reached, read, siteId }: Reach,
): Promise<Found[]> {
  const ledger = `ledger_${partition}`;
  const place = (side: string) => `${side}.sequence * ${ORDINALS} + ${side}.ordinal`;
  const of = (side: string) => (siteId === null ? 'true' : `${side}.site_id = ${siteId}`);
  const { rows } = await client.query<Drift>(
    `SELECT CASE WHEN t.event_id IS NULL THEN 'missing' WHEN s.event_id IS NULL THEN 'foreign' ELSE 'elsewhere' END AS what,
       count(*) AS rows, min(coalesce(${place('s')}, ${place('t')})) AS since,
       min(coalesce(n.name, 'site ' || site_id) || ' ' || event_id) AS example
     FROM (SELECT * FROM ${ledger} s WHERE ${of('s')}) s
     FULL JOIN (SELECT * FROM ${home}.${ledger} t WHERE ${of('t')} AND coalesce($1::int8multirange @> t.sequence, true)) t USING (site_id, event_id)
     LEFT JOIN ${home}.site n ON n.id = site_id
     WHERE (s.sequence, s.ordinal) IS DISTINCT FROM (t.sequence, t.ordinal) GROUP BY 1`,
    [read ?? null],
  );
  const found: Found[] = rows.map((row) => ({ kind: 'ledger', ...row }));
  if (siteId !== null || read !== undefined) return found;
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
