import type { Client } from 'pg';
import { positionText } from '#events/position.js';
import type { MemberCache } from '#projection/member-cache.js';
import { applyAll, sitedEvent, type SitedEvent, type Target } from './apply.js';
import type { Batch, LoggedEvent, Unreadable } from './batch.js';
import { park, parkedBefore, type DeadLetter } from './dead-letters.js';
import { projectionOf, type Engine } from './engine.js';
import { GenerationsChanged, PartitionStopped, RefusedValues } from './errors.js';
import { standingAt, type Generation } from './generations.js';
import { HELD_BACK, heldSites } from './hold-back.js';
import { fence, type Floor, type Lease, type Signs } from './lease.js';
import { claim, saveDuplicates } from './ledger.js';
import { commit, together } from './session.js';
import { knownSites, rowSets, type KnownSite } from './sites.js';

/** What a committed batch came to. */
export interface Applied {
  readonly projected: number;
  readonly duplicates: number;
  readonly parked: readonly DeadLetter[];
  readonly sites: readonly string[];
}

/** Where a partition stands, and with what it goes on. */
export interface Standing {
  readonly engine: Engine;
  readonly client: Client;
  readonly lease: Lease;
  readonly floor: Floor;
  readonly signs: Signs;
  /** A hint only, filled after commits and thrown away with the connection. */
  readonly members: MemberCache;
}

/**
 * One batch, one transaction: the fence, the ledger, every generation that stands at the floor, dead letters and
 * checkpoints. All or nothing.
 */
export async function commitLive(standing: Standing, batch: Batch): Promise<Applied> {
  const { engine, client, lease } = standing;
  let careful = false;
  for (let attempt = 0; ; attempt++) {
    await engine.failpoints.before_tx?.(lease.partition);
    try {
      const { applied, committed } = await run(standing, batch, careful);
      await engine.failpoints.before_commit?.(lease.partition);
      await commit(client);
      for (const each of committed) each();
      return applied;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      const again =
        error instanceof GenerationsChanged ? attempt < 5 : error instanceof RefusedValues && !careful;
      if (!again) throw error;
      careful ||= error instanceof RefusedValues;
    }
  }
}

async function run(
  { engine, client, lease, floor, signs, members }: Standing,
  batch: Batch,
  careful: boolean,
): Promise<{ applied: Applied; committed: (() => void)[] }> {
  const { partition } = lease;
  const names = [...new Set(batch.events.map((each) => each.event.site))];
  const [, lenient, standing, sites] = await together([
    client.query('BEGIN'),
    fence(client, lease, floor, batch, signs, engine.limits.leaseMs),
    standingAt(client, partition, floor.sequence),
    knownSites(client, partition, names),
  ]);
  const targets = liveTargets(engine, standing);
  const { sited, strays } = siteEvents(partition, batch.events, sites);
  const letters = [...batch.unreadable.map(letterOfUnreadable), ...strays];
  const siteIds = [...new Set(sited.map((each) => each.site.id))];
  const generationIds = targets.map((target) => target.generationId);
  const [sets, held, { fresh, duplicates }] = await together([
    rowSets(client, generationIds, siteIds),
    heldSites(client, partition, targets, siteIds),
    firstSeen(client, partition, sited),
  ]);
  await engine.failpoints.after_ledger?.(partition);

  const applications = targets.map((target) => ({
    target,
    events: fresh,
    sets: sets.get(target.generationId) ?? new Map<number, number>(),
    held: held.get(target.generationId),
  }));
  const folded = await applyAll(client, applications, careful, members);
  letters.push(...folded.flatMap((each) => each.parked));
  if (!lenient)
    await refuseTooMany(
      { engine, client, lease, floor },
      batch,
      letters.filter(({ reason }) => reason !== HELD_BACK),
    );
  const repeated = duplicates.map((each) => each.logged.position);
  await together([
    park(client, letters),
    saveDuplicates(client, partition, repeated),
    advance(
      client,
      partition,
      generationIds,
      floor.sequence,
      batch.sequence,
      fresh.length,
      duplicates.length,
    ),
  ]);
  const changed = [...new Set(fresh.map((each) => each.logged.event.site))];
  return {
    applied: { projected: fresh.length, duplicates: duplicates.length, parked: letters, sites: changed },
    committed: folded.map((each) => each.committed),
  };
}

/** A generation of a version that only newer or older code knows is left to that code; it stays behind meanwhile. */
function liveTargets(engine: Engine, standing: readonly Generation[]): Target[] {
  const targets: Target[] = [];
  for (const generation of standing) {
    const projection = projectionOf(engine, generation);
    if (projection) targets.push({ generationId: generation.id, number: generation.number, projection });
    else if (generation.status === 'served') {
      throw new PartitionStopped(
        `The served generation ${generation.number} of ${generation.projection} was filled by version ` +
          `${generation.version}, which this code does not have. Start the code that has it.`,
        'batch',
      );
    }
  }
  return targets;
}

function siteEvents(
  partition: number,
  events: readonly LoggedEvent[],
  sites: ReadonlyMap<string, KnownSite>,
): { sited: SitedEvent[]; strays: DeadLetter[] } {
  const sited: SitedEvent[] = [];
  const strays: DeadLetter[] = [];
  for (const logged of events) {
    const site = sites.get(logged.event.site);
    if (!site) throw new Error(`site ${logged.event.site} was not made`);
    if (site.partition === partition) sited.push(sitedEvent(logged, site));
    else strays.push(strayLetter(logged, site));
  }
  return { sited, strays };
}

/** First against the batch itself, then against the ledger: the first position in the log wins. */
export async function firstSeen(
  client: Client,
  partition: number,
  sited: readonly SitedEvent[],
): Promise<{ fresh: SitedEvent[]; duplicates: SitedEvent[] }> {
  const seen = new Map<number, Set<string>>();
  const distinct: SitedEvent[] = [];
  const duplicates: SitedEvent[] = [];
  for (const each of sited) {
    let ids = seen.get(each.site.id);
    if (!ids) seen.set(each.site.id, (ids = new Set()));
    if (ids.has(each.logged.event.id)) duplicates.push(each);
    else {
      ids.add(each.logged.event.id);
      distinct.push(each);
    }
  }
  const claims = distinct.map(({ logged, site }) => ({
    siteId: site.id,
    eventId: logged.event.id,
    position: logged.position,
  }));
  const taken = new Set(await claim(client, partition, claims));
  if (taken.size === 0) return { fresh: distinct, duplicates };
  for (const index of taken) {
    const each = distinct[index];
    if (each) duplicates.push(each);
  }
  return { fresh: distinct.filter((_, index) => !taken.has(index)), duplicates };
}

async function advance(
  client: Client,
  partition: number,
  generationIds: readonly number[],
  from: number,
  to: number,
  projected: number,
  duplicates: number,
): Promise<void> {
  const moved = await client.query(
    `WITH counted AS (
       UPDATE partition SET events = events + $5, duplicates = duplicates + $6 WHERE partition = $1)
     UPDATE checkpoint SET sequence = $4
     WHERE partition = $1 AND generation_id = ANY ($2::int[]) AND sequence = $3`,
    [partition, generationIds, from, to, projected, duplicates],
  );
  if (moved.rowCount !== generationIds.length) {
    throw new GenerationsChanged('a generation was retired under the batch');
  }
}

/** A few bad events stop nobody; many at once mean that something else is wrong. */
async function refuseTooMany(
  { engine, client, lease, floor }: Pick<Standing, 'engine' | 'client' | 'lease' | 'floor'>,
  batch: Batch,
  letters: readonly DeadLetter[],
): Promise<void> {
  const total = batch.events.length + batch.unreadable.length;
  const { parkedHandful, parkedShare } = engine.limits;
  const most = Math.max(parkedHandful, total * parkedShare);
  const at = ({ position }: DeadLetter) => `${position.sequence}.${position.ordinal}`;
  if (new Set(letters.map(at)).size <= most) return;
  const known = await parkedBefore(client, lease.partition, floor.sequence, batch.sequence);
  const fresh = letters.filter((letter) => !known.has(at(letter)));
  const positions = new Set(fresh.map(at)).size;
  if (positions <= most) return;
  const [first] = fresh;
  throw new PartitionStopped(
    `${positions} of ${total} events up to sequence ${batch.sequence} cannot be projected, more than ` +
      `${parkedShare * 100} %; nothing was skipped. First: ${first?.reason ?? ''} at ` +
      `${first ? positionText(first.position) : ''} (${first?.detail ?? ''}). Mend the projection, or ` +
      `park them: tidemark resume --partition ${first?.position.partition ?? 0} --accept-dead-letters`,
    'batch',
  );
}

function letterOfUnreadable(unreadable: Unreadable): DeadLetter {
  const { position, reason, detail, text } = unreadable;
  return { position, reason, detail, text };
}

function strayLetter(logged: LoggedEvent, site: KnownSite): DeadLetter {
  return {
    position: logged.position,
    site: logged.event.site,
    eventId: logged.event.id,
    reason: 'wrong_partition',
    detail: `site ${logged.event.site} lives in partition ${site.partition}`,
    text: logged.line,
  };
}
