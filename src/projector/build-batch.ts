import type { Client } from 'pg';
import type { MemberCache } from '#projection/member-cache.js';
import { applyAll, type SitedEvent } from './apply.js';
import type { Batch } from './batch.js';
import { copyParked, loadParked, type ParkedPosition } from './dead-letters.js';
import { projectionOf, type Engine } from './engine.js';
import { GenerationsChanged, LeaseLost } from './errors.js';
import type { BehindGeneration } from './generations.js';
import type { Lease } from './lease.js';
import { isIn, loadDuplicates } from './ledger.js';
import { together } from './session.js';
import { knownSites, rowSets } from './sites.js';

/** A rebuild is strict: an event that live projection did not park must not fail now. */
export class BuildFailed extends Error {
  override readonly name = 'BuildFailed';

  constructor(
    readonly generationId: number,
    message: string,
  ) {
    super(message);
  }
}

/** The generations that stand furthest behind, at one place, and how far they may go before they meet others. */
export interface Group {
  readonly at: number;
  readonly upTo: number;
  /** Nothing stands between them and the live checkpoint. */
  readonly next: 'floor' | 'generation';
  readonly generations: readonly BehindGeneration[];
}

export function hindmost(behind: readonly BehindGeneration[], floor: number): Group | undefined {
  const [first] = behind;
  if (!first) return undefined;
  const ahead = behind.find((each) => each.sequence > first.sequence);
  return {
    at: first.sequence,
    upTo: ahead?.sequence ?? floor,
    next: ahead ? 'generation' : 'floor',
    generations: behind.filter((each) => each.sequence === first.sequence),
  };
}

/** With what a build goes on. */
export interface Build {
  readonly engine: Engine;
  readonly client: Client;
  readonly lease: Lease;
  readonly members: MemberCache;
  /** Events a second, lately. */
  readonly rate: number;
}

/**
 * Applies one batch to generations that are being built, inside the caller's transaction, after whose commit the returned
 * functions are to be called. Which events count was decided when they were projected live: duplicates and parked events
 * are looked up by position, not judged again.
 */
export async function applyBuild(
  { engine, client, lease, members, rate }: Build,
  generations: readonly BehindGeneration[],
  at: number,
  batch: Batch,
  careful: boolean,
): Promise<(() => void)[]> {
  const { partition } = lease;
  const [, duplicates, parked] = await together([
    moveCheckpoints(client, lease, generations, at, batch.sequence, rate),
    loadDuplicates(client, partition, at, batch.sequence),
    loadParked(client, partition, at, batch.sequence),
  ]);
  const skipped = new Map<string | null, Set<string>>();
  for (const each of parked) {
    const positions = skipped.get(each.projection) ?? new Set<string>();
    skipped.set(each.projection, positions.add(key(each)));
  }
  const unread = skipped.get(null);
  const counted: Batch['events'] = batch.events.filter(
    ({ position }) =>
      !isIn(duplicates.get(position.sequence), position.ordinal) && unread?.has(key(position)) !== true,
  );
  const sites = await knownSites(client, partition, [...new Set(counted.map((each) => each.event.site))]);
  const sited: SitedEvent[] = [];
  for (const logged of counted) {
    const site = sites.get(logged.event.site);
    if (site?.partition === partition) sited.push({ logged, site });
    else refuse(generations, logged.position, `site ${logged.event.site} lives in another partition`);
  }
  for (const { position, reason } of batch.unreadable) {
    if (unread?.has(key(position)) !== true) refuse(generations, position, reason);
  }
  const ids = generations.map((each) => each.id);
  const sets = await rowSets(client, ids, [...new Set(sited.map((each) => each.site.id))]);
  const applications = generations.map((generation) => {
    const projection = projectionOf(engine, generation);
    if (!projection) throw new GenerationsChanged('a generation of an unknown version is not built here');
    const skip = skipped.get(generation.projection);
    return {
      target: { generationId: generation.id, number: generation.number, projection },
      events: skip ? sited.filter((each) => !skip.has(key(each.logged.position))) : sited,
      sets: sets.get(generation.id) ?? new Map<number, number>(),
    };
  });
  const folded = await applyAll(client, applications, careful, members);
  for (const [i, generation] of generations.entries()) {
    const fault = folded[i]?.parked[0];
    if (fault) refuse([generation], fault.position, `${fault.reason}: ${fault.detail}`);
    if (skipped.has(generation.projection)) {
      await copyParked(client, partition, at, batch.sequence, generation.id);
    }
  }
  return folded.map((each) => each.committed);
}

/** Compare-and-set, as the live fence is: of two builders one commits. */
async function moveCheckpoints(
  client: Client,
  lease: Lease,
  generations: readonly BehindGeneration[],
  from: number,
  to: number,
  rate: number,
): Promise<void> {
  const moved = await client.query(
    `UPDATE checkpoint c SET sequence = $4, rate = $5 FROM generation g
     WHERE c.partition = $1 AND c.generation_id = ANY ($2::int[]) AND c.sequence = $3
       AND g.id = c.generation_id AND g.status <> 'retired'`,
    [lease.partition, generations.map((each) => each.id), from, to, rate],
  );
  if (moved.rowCount !== generations.length)
    throw new GenerationsChanged('a generation was retired while it was built');
  const held = await client.query('SELECT FROM partition WHERE partition = $1 AND epoch = $2', [
    lease.partition,
    lease.epoch,
  ]);
  if (held.rowCount !== 1) throw new LeaseLost(`partition ${lease.partition} was taken by another process`);
}

function key({ sequence, ordinal }: Pick<ParkedPosition, 'sequence' | 'ordinal'>): string {
  return `${sequence}.${ordinal}`;
}

function refuse(
  generations: readonly BehindGeneration[],
  { partition, sequence, ordinal }: { partition: number; sequence: number; ordinal: number },
  why: string,
): never {
  const [first] = generations;
  throw new BuildFailed(
    first?.id ?? 0,
    `${first?.projection ?? ''}: the event at ${partition}:${sequence}.${ordinal} cannot be projected (${why}); ` +
      'live projection had not parked it',
  );
}
