import type { Client } from 'pg';
import type { DeadLetterResult } from '#database/dead-letter-orders.js';
import { decodeEvent } from '#events/codec.js';
import { applyAll, sitedEvent, type SitedEvent, type Target } from './apply.js';
import { claimRetried } from './claim-retried.js';
import { park, type DeadLetter } from './dead-letters.js';
import { projectionOf, type Engine } from './engine.js';
import type { Generation } from './generations.js';
import { heldBack, waiting } from './hold-back.js';
import type { Lease } from './lease.js';
import { knownSites, rowSets } from './sites.js';

/** A generation and how far it stands, held there until the transaction ends. */
export interface HeldGeneration extends Generation {
  readonly sequence: number;
}

/** A row of the operator's order. */
export interface OrderedLetter {
  readonly id: number;
  readonly sequence: number;
  readonly ordinal: number;
  /** Null: no projection ever saw it. */
  readonly generationId: number | null;
  readonly event: string;
  readonly reason: string;
  readonly projection: string | null;
}

interface Failure {
  readonly id: number;
  readonly reason: string;
  readonly detail: string;
}

/** A letter whose event can be read, and the generations that lack it. */
interface Attempt {
  readonly letter: OrderedLetter;
  readonly sited: SitedEvent;
  readonly targets: readonly Target[];
}

const key = (at: { sequence: number; ordinal: number }) => `${at.sequence}.${at.ordinal}`;

/**
 * Folds the events of open dead letters into the generations that lack them, as if they had been projected in place: the
 * fold does not ask for order. What succeeds loses its row in the same transaction; what fails keeps it.
 */
export async function retryLetters(
  engine: Engine,
  client: Client,
  lease: Lease,
  letters: readonly OrderedLetter[],
  held: readonly HeldGeneration[],
): Promise<{ result: DeadLetterResult; sites: string[] }> {
  const { partition } = lease;
  const failures: Failure[] = [];
  const readable = await siteLetters(client, partition, letters, failures);
  const possible: Attempt[] = [];
  for (const { letter, sited } of readable) {
    const targets = targetsOf(engine, letter, held);
    if (targets) possible.push({ letter, sited, targets });
  }
  const attempts = await inLine(client, possible, failures);
  const unseen = attempts.filter(({ letter }) => letter.generationId === null);
  const duplicates = await claimRetried(
    client,
    partition,
    unseen.map(({ sited }) => sited),
  );
  const fresh = attempts.filter(({ sited }) => !duplicates.has(sited));
  const refused = await apply(client, fresh);

  // Of an event that no projection had seen, what is left over belongs to the projections that refuse it.
  await park(
    client,
    unseen.flatMap(({ sited, targets }) =>
      targets.flatMap(({ generationId }) => refused.get(generationId)?.get(key(sited.logged.position)) ?? []),
    ),
  );
  const settled: OrderedLetter[] = [];
  for (const { letter } of attempts) {
    const fault =
      letter.generationId === null ? undefined : refused.get(letter.generationId)?.get(key(letter));
    if (fault) failures.push({ id: letter.id, reason: fault.reason, detail: fault.detail });
    else settled.push(letter);
  }
  await client.query('DELETE FROM dead_letter WHERE id = ANY ($1::bigint[])', [
    settled.map((each) => each.id),
  ]);
  await keep(client, failures);
  const retried = settled.length;
  return {
    result: {
      retried,
      failed: failures.length,
      skipped: letters.length - retried - failures.length,
      discarded: 0,
    },
    sites: [...new Set(fresh.map(({ sited }) => sited.logged.event.site))],
  };
}

/** Those before which no other one stands that their projection, asking for order, waits for; the others fail again. */
async function inLine(
  client: Client,
  attempts: readonly Attempt[],
  failures: Failure[],
): Promise<readonly Attempt[]> {
  const ordered = attempts.filter(
    ({ letter, targets }) =>
      letter.generationId !== null && targets.some(({ projection }) => projection.ordered),
  );
  const late = await waiting(
    client,
    ordered.map(({ letter }) => letter.id),
  );
  const { reason, detail } = heldBack();
  for (const id of late) failures.push({ id, reason, detail });
  return attempts.filter(({ letter }) => !late.has(letter.id));
}

/** The letters whose event can be read and belongs here; the others fail again. */
async function siteLetters(
  client: Client,
  partition: number,
  letters: readonly OrderedLetter[],
  failures: Failure[],
): Promise<{ letter: OrderedLetter; sited: SitedEvent }[]> {
  const decoded = letters
    .filter((letter) => letter.ordinal >= 0)
    .map((letter) => ({ letter, read: decodeEvent(letter.event) }));
  const names = new Set(decoded.flatMap(({ read }) => (read.ok ? [read.event.site] : [])));
  const sites = await knownSites(client, partition, [...names]);
  const readable: { letter: OrderedLetter; sited: SitedEvent }[] = [];
  for (const { letter, read } of decoded) {
    const { id, sequence, ordinal } = letter;
    if (!read.ok) {
      failures.push({ id, reason: read.reason, detail: read.detail });
      continue;
    }
    const site = sites.get(read.event.site);
    if (site?.partition !== partition) {
      const detail = `site ${read.event.site} lives in partition ${site?.partition ?? '?'}`;
      failures.push({ id, reason: 'wrong_partition', detail });
      continue;
    }
    const logged = { event: read.event, position: { partition, sequence, ordinal }, line: letter.event };
    readable.push({ letter, sited: sitedEvent(logged, site) });
  }
  return readable;
}

/**
 * A generation that stands before the event is left out: its builder comes by. Undefined where one of them needs code
 * that does not run here.
 */
function targetsOf(
  engine: Engine,
  letter: OrderedLetter,
  held: readonly HeldGeneration[],
): Target[] | undefined {
  const lacking = held.filter(({ id, sequence }) =>
    letter.generationId === null ? sequence >= letter.sequence : id === letter.generationId,
  );
  if (letter.generationId !== null && lacking.length === 0) return undefined;
  const targets: Target[] = [];
  for (const generation of lacking) {
    const projection = projectionOf(engine, generation);
    if (!projection) return undefined;
    targets.push({ generationId: generation.id, number: generation.number, projection });
  }
  return targets;
}

/** @returns generation -> position -> why it was refused. */
async function apply(
  client: Client,
  attempts: readonly Attempt[],
): Promise<Map<number, Map<string, DeadLetter>>> {
  const byGeneration = new Map<number, { target: Target; events: SitedEvent[] }>();
  for (const { sited, targets } of attempts) {
    for (const target of targets) {
      const known = byGeneration.get(target.generationId);
      if (known) known.events.push(sited);
      else byGeneration.set(target.generationId, { target, events: [sited] });
    }
  }
  const ids = [...byGeneration.keys()];
  const sets = await rowSets(client, ids, [...new Set(attempts.map(({ sited }) => sited.site.id))]);
  const applications = [...byGeneration.values()].map(({ target, events }) => ({
    target,
    events,
    sets: sets.get(target.generationId) ?? new Map<number, number>(),
    held: target.projection.ordered ? new Set<number>() : undefined,
  }));
  const folded = await applyAll(client, applications, true);
  return new Map(
    folded.map(({ parked }, i) => [
      ids[i] ?? 0,
      new Map(parked.map((each) => [key(each.position), each] as const)),
    ]),
  );
}

async function keep(client: Client, failures: readonly Failure[]): Promise<void> {
  await client.query(
    `UPDATE dead_letter d SET attempts = attempts + 1, last_failed_at = now(), reason = f.reason, detail = left(f.detail, 2000)
     FROM unnest($1::bigint[], $2::text[], $3::text[]) AS f (id, reason, detail) WHERE d.id = f.id`,
    [
      failures.map((each) => each.id),
      failures.map((each) => each.reason),
      failures.map((each) => each.detail.replaceAll('\u0000', '\uFFFD')),
    ],
  );
}
