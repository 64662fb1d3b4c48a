import type { MemberCache } from '#projection/member-cache.js';
import { min } from '#projection/measures.js';
import type { Projection } from '#projection/types.js';
import { applyAll, sitedEvent, type SitedEvent, type Target } from '../apply.js';
import type { Batch, LoggedEvent } from '../batch.js';
import { isIn } from '../ledger.js';
import { firstSeen } from '../live-batch.js';
import { together } from '../session.js';
import { SITE_COLUMNS, siteOf, type KnownSite, type SiteRow } from '../sites.js';
import { ORDINALS, placeOf, type Found } from './findings.js';
import type { Scratch } from './scratch.js';

/** Measure that the scratch tables have beside their own: the place of the earliest event of the row. */
const SINCE = 'verifySince';
export const SINCE_COLUMN = 'verify_since';

export function withSince(projection: Projection): Projection {
  return {
    ...projection,
    indexes: [],
    measures: { ...projection.measures, [SINCE]: min('bigint') },
    project: (event, site, position) =>
      projection.project(event, site, position).map((row) => ({ ...row, [SINCE]: placeOf(position) })),
  };
}

export interface Recomputed {
  readonly found: readonly Found[];
  readonly fresh: number;
  readonly duplicates: number;
  readonly sites: Iterable<KnownSite>;
  /** To be called once the transaction has committed. */
  readonly committed: () => void;
}

interface Part {
  readonly scratch: Scratch;
  readonly partition: number;
  readonly targets: readonly Target[];
  /** Undefined: all of them. */
  readonly site: string | undefined;
  /** Sequences that are read, as an int8multirange; undefined: all of them. */
  readonly read?: string | undefined;
}

/**
 * Decides anew what the messages behind `after` and up to the end of the batch count, folds it into the scratch tables, and compares the duplicates
 * of these messages with the recorded ones. Inside the caller's transaction.
 */
export async function recompute(
  { scratch, partition, targets, site, read }: Part,
  after: number,
  batch: Batch,
  careful: boolean,
  members?: MemberCache,
): Promise<Recomputed> {
  const { client } = scratch;
  const events = batch.events.filter((each) => site === undefined || each.event.site === site);
  const [recorded, skipped, sites] = await together([
    recordedDuplicates(scratch, partition, after, batch.sequence),
    skipParked(scratch, partition, after, batch.sequence),
    readSites(scratch, [...new Set(events.map((each) => each.event.site))]),
  ]);
  const unread = skipped.get(null);
  const found: Found[] = [];
  for (const { position, reason, detail } of batch.unreadable) {
    if (unread?.has(placeOf(position)) !== true)
      found.push(ofEvent('unreadable', position, `${reason}: ${detail}`));
  }
  const { sited, strange } = siteEvents(partition, events, sites, unread);
  found.push(...strange);
  const late = await countedBeyond(scratch, partition, sited, recorded, read);
  const inTime = late.size > 0 ? sited.filter((each) => !late.has(each)) : sited;
  const { fresh, duplicates: repeated } = await firstSeen(client, partition, inTime);
  const duplicates = [...repeated, ...late];
  found.push(...compareDuplicates(recorded, sited, duplicates, site === undefined));

  const sets = new Map([...sites.values()].map(({ id }) => [id, id]));
  const applications = targets.map((target) => {
    const skip = skipped.get(target.projection.name);
    const counted = skip ? fresh.filter((each) => !skip.has(placeOf(each.logged.position))) : fresh;
    return { target, events: counted, sets };
  });
  const folded = await applyAll(client, applications, careful, members);
  for (const [i, { parked }] of folded.entries()) {
    const projection = targets[i]?.projection.name;
    for (const { position, reason, detail } of parked)
      found.push({
        ...ofEvent('cannot_project', position, `${reason}: ${detail}`),
        kind: 'read_model',
        projection,
      });
  }
  return {
    found,
    fresh: fresh.length,
    duplicates: duplicates.length,
    sites: sites.values(),
    committed: () => folded.forEach((each) => each.committed()),
  };
}

function siteEvents(
  partition: number,
  events: readonly LoggedEvent[],
  sites: ReadonlyMap<string, KnownSite>,
  unread: ReadonlySet<number> | undefined,
): { sited: SitedEvent[]; strange: Found[] } {
  const sited: SitedEvent[] = [];
  const strange: Found[] = [];
  for (const logged of events) {
    const { event, position } = logged;
    if (unread?.has(placeOf(position))) continue;
    const site = sites.get(event.site);
    if (site?.partition === partition) sited.push(sitedEvent(logged, site));
    else strange.push(ofEvent(site ? 'wrong_partition' : 'unknown_site', position, event.site));
  }
  return { sited, strange };
}

/** An event must be recorded as a duplicate if and only if its ID stands at an earlier position. */
function compareDuplicates(
  recorded: ReadonlyMap<number, Uint8Array>,
  sited: readonly SitedEvent[],
  duplicates: readonly SitedEvent[],
  everySite: boolean,
): Found[] {
  const found: Found[] = [];
  const repeated = new Set(duplicates);
  const seen = new Map<number, Set<number>>();
  for (const each of sited) {
    const { position, event } = each.logged;
    const { sequence, ordinal } = position;
    const bitmap = recorded.get(sequence);
    if (bitmap) seen.set(sequence, (seen.get(sequence) ?? new Set()).add(ordinal));
    if (isIn(bitmap, ordinal) === repeated.has(each)) continue;
    const what = repeated.has(each) ? 'not_recorded' : 'wrongly_recorded';
    found.push({ kind: 'duplicates', what, since: placeOf(position), example: `${event.site} ${event.id}` });
  }
  if (!everySite) return found;
  for (const [sequence, bitmap] of recorded) {
    for (let ordinal = 0; ordinal < bitmap.length * 8; ordinal++) {
      if (!isIn(bitmap, ordinal) || seen.get(sequence)?.has(ordinal)) continue;
      found.push({
        kind: 'duplicates',
        what: 'wrongly_recorded',
        since: placeOf({ sequence, ordinal }),
        example: 'no event',
      });
    }
  }
  return found;
}

/**
 * An event that could not be read when its turn came, and was retried after the same ID had been counted at a later
 * position, is a duplicate of that one. Where nothing stands at that position, the entry is found to be foreign. And where
 * not everything is read, the ledger is believed that an ID was counted at a position that is not.
 */
async function countedBeyond(
  { client, home }: Scratch,
  partition: number,
  sited: readonly SitedEvent[],
  recorded: ReadonlyMap<number, Uint8Array>,
  read: string | undefined,
): Promise<Set<SitedEvent>> {
  const marked = sited.filter(({ logged: { position } }) =>
    isIn(recorded.get(position.sequence), position.ordinal),
  );
  if (marked.length === 0) return new Set();
  const { rows } = await client.query<{ n: number }>(
    `SELECT i.n::int AS n FROM unnest($1::int[], $2::uuid[], $3::bigint[]) WITH ORDINALITY AS i (site_id, event_id, place, n)
     JOIN ${home}.ledger_${partition} l USING (site_id, event_id)
     WHERE l.sequence * ${ORDINALS} + l.ordinal > i.place OR NOT coalesce($4::int8multirange @> l.sequence, true)`,
    [
      marked.map((each) => each.site.id),
      marked.map((each) => each.logged.event.id),
      marked.map((each) => placeOf(each.logged.position)),
      read ?? null,
    ],
  );
  return new Set(rows.flatMap(({ n }) => marked[n - 1] ?? []));
}

async function recordedDuplicates(
  { client, home }: Scratch,
  partition: number,
  after: number,
  upTo: number,
): Promise<Map<number, Uint8Array>> {
  const { rows } = await client.query<{ sequence: number; ordinals: Buffer }>(
    `SELECT sequence, ordinals FROM ${home}.duplicate_${partition} WHERE sequence > $1 AND sequence <= $2`,
    [after, upTo],
  );
  return new Map(rows.map((row) => [row.sequence, row.ordinals]));
}

export const PARKED = (home: string): string => `SELECT d.sequence, d.ordinal, s.projection
  FROM ${home}.dead_letter d LEFT JOIN ${home}.served_generation s USING (generation_id)
  WHERE d.partition = $1 AND d.sequence > $2 AND d.sequence <= $3
    AND (d.generation_id IS NULL OR s.generation_id IS NOT NULL)`;

/** What stands parked is known and no drift. What was skipped is kept, to be compared with what is parked at the end. */
async function skipParked(
  { client, home }: Scratch,
  partition: number,
  after: number,
  upTo: number,
): Promise<Map<string | null, Set<number>>> {
  const { rows } = await client.query<{ sequence: number; ordinal: number; projection: string | null }>(
    `INSERT INTO skipped (sequence, ordinal, projection) ${PARKED(home)} RETURNING *`,
    [partition, after, upTo],
  );
  const skipped = new Map<string | null, Set<number>>();
  for (const row of rows)
    skipped.set(row.projection, (skipped.get(row.projection) ?? new Set()).add(placeOf(row)));
  return skipped;
}

async function readSites(
  { client, home }: Scratch,
  names: readonly string[],
): Promise<Map<string, KnownSite>> {
  if (names.length === 0) return new Map();
  const { rows } = await client.query<SiteRow>(
    `SELECT ${SITE_COLUMNS} FROM ${home}.site WHERE name = ANY ($1::text[])`,
    [names],
  );
  return new Map(rows.map((row) => [row.name, siteOf(row)]));
}

function ofEvent(what: string, position: LoggedEvent['position'], example: string): Found {
  return { kind: 'log', what, since: placeOf(position), example: example.slice(0, 300) };
}
