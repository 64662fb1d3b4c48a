import { botList } from '#events/site-rules/bot-list.js';
import type { Projection } from '#projection/types.js';
import type { Target } from '../apply.js';
import { compareLedger } from './compare-ledger.js';
import { ReadModelComparison, type ComparedSite, type Days } from './compare-read-model.js';
import type { Found } from './findings.js';
import { PARKED } from './recompute.js';
import type { Scratch } from './scratch.js';

/** Something was changed on the way that the recomputation took into account already: begin again. */
export class Unsettled extends Error {
  override readonly name = 'Unsettled';
}

/** A served read model and the scratch tables that its recomputation fills. */
export interface VerifyTarget extends Target {
  /** As it is served, without what the scratch tables have beside it. */
  readonly served: Projection;
}

export interface Comparison {
  readonly scratch: Scratch;
  readonly targets: readonly VerifyTarget[];
  readonly partition: number;
  /** The last sequence that the log holds, up to the checkpoint of this snapshot. */
  readonly reached: number;
  /** Sequences that were read, as an int8multirange; undefined: all of them. */
  readonly read: string | undefined;
  readonly site: { readonly id: number; readonly name: string } | undefined;
  readonly days: Days;
  /** Site -> revision that its events were computed with. */
  readonly revisions: ReadonlyMap<number, number>;
}

interface ServedGeneration {
  readonly id: number;
  readonly number: number;
  readonly version: number;
  readonly status: string;
}

interface SiteRow {
  readonly id: number;
  readonly time_zone: string;
  readonly revision: number;
  readonly bot_list: string | null;
  readonly row_set: number | null;
}

/** Everything of a partition, within the caller's snapshot. @throws Unsettled */
export async function compareAt(comparison: Comparison): Promise<Found[]> {
  const { scratch, targets, partition, reached, site, days } = comparison;
  await settled(comparison);
  // Of a whole site every entry of the ledger was read.
  const read = (days.from ?? days.to) === undefined ? undefined : comparison.read;
  const found = await compareLedger(scratch, partition, { reached, read, siteId: site?.id ?? null });
  for (const target of targets) {
    const served = await servedNow(scratch, target);
    if (served) found.push(...(await compareReadModel(comparison, target, served)));
  }
  return found;
}

async function compareReadModel(
  { scratch, partition, site, days, revisions }: Comparison,
  target: VerifyTarget,
  served: ServedGeneration,
): Promise<Found[]> {
  const found: Found[] = [];
  const comparison = new ReadModelComparison(scratch, target.served, target.number, served.number, days);
  for (const row of await sitesOf(scratch, partition, served.id, site?.id ?? null)) {
    const revision = revisions.get(row.id);
    if (revision !== undefined && revision !== row.revision) throw new Unsettled('a site was changed');
    if (row.bot_list !== null && row.bot_list !== botList())
      throw new Unsettled('a site is counted anew with another list of bots');
    const compared: ComparedSite = { id: row.id, timeZone: row.time_zone, rowSet: row.row_set };
    found.push(...(await comparison.site(compared)));
  }
  // They belong to no partition: one of them tells.
  if (partition === 0 && !site) found.push(...(await comparison.orphans(served.id)));
  return found;
}

/** What is parked must be what was skipped: a retry in between counted an event that was left out here. */
async function settled({ scratch, partition, reached, read }: Comparison): Promise<void> {
  const { client, home } = scratch;
  const { rows } = await client.query<{ changed: number }>(
    `WITH parked AS (${PARKED(home)} AND coalesce($4::int8multirange @> d.sequence, true))
     SELECT count(*) AS changed FROM (
       (TABLE parked EXCEPT TABLE skipped) UNION ALL (TABLE skipped EXCEPT TABLE parked)) d`,
    [partition, 0, reached, read ?? null],
  );
  if ((rows[0]?.changed ?? 0) > 0) throw new Unsettled('dead letters were retried');
}

/** Whatever is served in this snapshot, also after a switch; the code of another version would have to compute anew. */
async function servedNow(
  { client, home }: Scratch,
  { projection }: Target,
): Promise<ServedGeneration | undefined> {
  const { rows } = await client.query<ServedGeneration>(
    `SELECT g.id, g.number, g.version, g.status FROM ${home}.served_generation s
     JOIN ${home}.generation g ON g.id = s.generation_id WHERE s.projection = $1`,
    [projection.name],
  );
  const [served] = rows;
  if (served?.status === 'retired') throw new Unsettled('everything is being rebuilt from zero');
  if (served && served.version !== projection.version)
    throw new Unsettled(`another version of ${projection.name} was switched to`);
  return served;
}

async function sitesOf(
  { client, home }: Scratch,
  partition: number,
  generationId: number,
  siteId: number | null,
): Promise<SiteRow[]> {
  const { rows } = await client.query<SiteRow>(
    `SELECT s.id, s.time_zone, s.revision, s.bot_list, r.row_set FROM ${home}.site s
     LEFT JOIN ${home}.row_set r ON r.site_id = s.id AND r.generation_id = $2
     WHERE s.partition = $1 AND ($3::int IS NULL OR s.id = $3) ORDER BY s.id`,
    [partition, generationId, siteId],
  );
  return rows;
}
