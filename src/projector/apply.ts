import type { ClientBase } from 'pg';
import type { StoredEvent } from '#events/stored-event.js';
import { countedEvent } from '#projection/counted-event.js';
import { Fold } from '#projection/fold.js';
import type { MemberCache } from '#projection/member-cache.js';
import type { Projection } from '#projection/types.js';
import type { LoggedEvent } from './batch.js';
import type { DeadLetter } from './dead-letters.js';
import { RefusedValues, isDataError, messageOf } from './errors.js';
import { heldBack } from './hold-back.js';
import { together } from './session.js';
import type { KnownSite } from './sites.js';

export interface Target {
  readonly generationId: number;
  /** Names the generation's tables. */
  readonly number: number;
  readonly projection: Projection;
}

/** Made by `sitedEvent` alone, so that no two folds can see an event differently. */
export interface SitedEvent {
  readonly logged: LoggedEvent;
  readonly site: KnownSite;
  /** As the site's figures count it, by its rules; undefined where one leaves it out. */
  readonly counted: StoredEvent | undefined;
}

export function sitedEvent(logged: LoggedEvent, site: KnownSite): SitedEvent {
  return { logged, site, counted: countedEvent(logged.event, site.settings) };
}

export interface Folded {
  /** The events that cannot be projected. */
  readonly parked: readonly DeadLetter[];
  /** To be called once the transaction has committed. */
  readonly committed: () => void;
}

/**
 * Folds the events into one generation's tables. What PostgreSQL refuses throws RefusedValues: the usual batch pays for
 * no savepoint.
 */
async function apply(
  client: ClientBase,
  target: Target,
  events: readonly SitedEvent[],
  sets: ReadonlyMap<number, number>,
  members?: MemberCache,
  held?: Set<number>,
): Promise<Folded> {
  const fold = new Fold(target.projection, target.number, members);
  const parked = fill(fold, target, events, sets, held);
  await write(client, fold);
  return { parked, committed: () => fold.committed() };
}

export interface Application {
  readonly target: Target;
  readonly events: readonly SitedEvent[];
  readonly sets: ReadonlyMap<number, number>;
  /** Where the projection asks for order: the sites whose events wait. Grows by those of which an event fails. */
  readonly held?: Set<number> | undefined;
}

/** Above this many events a fold takes milliseconds, between which the process should see to others. */
const MANY = 1_000;

/** The rows of one target are on their way while the next one is folded. @returns in the order of the applications. */
export async function applyAll(
  client: ClientBase,
  applications: readonly Application[],
  careful: boolean,
  members?: MemberCache,
): Promise<Folded[]> {
  if (careful) {
    const folded: Folded[] = [];
    for (const { target, events, sets, held } of applications) {
      folded.push(
        held
          ? await applyInOrder(client, target, events, sets, held)
          : await applyCarefully(client, target, events, sets),
      );
    }
    return folded;
  }
  const sent: Promise<Folded>[] = [];
  for (const { target, events, sets, held } of applications) {
    const one = apply(client, target, events, sets, members, held);
    one.catch(() => undefined);
    sent.push(one);
    if (events.length > MANY) await new Promise((resolve) => setImmediate(resolve));
  }
  return together(sent);
}

/** The same, finding the events that PostgreSQL refuses by halving under savepoints. */
export async function applyCarefully(
  client: ClientBase,
  target: Target,
  events: readonly SitedEvent[],
  sets: ReadonlyMap<number, number>,
): Promise<Folded> {
  const parked: DeadLetter[] = [];
  const faulty = new Set<SitedEvent>();
  merge(new Fold(target.projection, target.number), events, sets, (each, error) => {
    faulty.add(each);
    parked.push(letterOf(target, each, error));
  });
  const sound = events.filter((each) => !faulty.has(each));
  await writeHalving(client, target, sound, sets, parked);
  return { parked, committed: () => undefined };
}

/** One event after the other: once one is refused, the later ones of its site wait. */
async function applyInOrder(
  client: ClientBase,
  target: Target,
  events: readonly SitedEvent[],
  sets: ReadonlyMap<number, number>,
  held: Set<number>,
): Promise<Folded> {
  const parked: DeadLetter[] = [];
  for (const each of events) {
    const before = parked.length;
    const check = new Fold(target.projection, target.number);
    parked.push(...fill(check, target, [each], sets, held));
    if (parked.length === before) await writeHalving(client, target, [each], sets, parked);
    if (parked.length > before) held.add(each.site.id);
  }
  return { parked, committed: () => undefined };
}

/** Merges the events in memory. @returns those that cannot be projected. */
export function fill(
  fold: Fold,
  target: Target,
  events: readonly SitedEvent[],
  sets: ReadonlyMap<number, number>,
  held?: Set<number>,
): DeadLetter[] {
  const parked: DeadLetter[] = [];
  merge(fold, events, sets, (each, error) => parked.push(letterOf(target, each, error)), held);
  return parked;
}

function merge(
  fold: Fold,
  events: readonly SitedEvent[],
  sets: ReadonlyMap<number, number>,
  fault: (event: SitedEvent, error: unknown) => void,
  held?: Set<number>,
): void {
  for (const each of events) {
    const rowSet = sets.get(each.site.id);
    if (rowSet === undefined) throw new Error(`site ${each.site.id} has no row set`);
    if (held?.has(each.site.id)) {
      fault(each, heldBack());
      continue;
    }
    const event = fold.ofLog ? each.logged.event : each.counted;
    if (event === undefined) continue;
    try {
      fold.add(rowSet, event, each.logged.position, each.site.settings);
    } catch (error) {
      held?.add(each.site.id);
      fault(each, error);
    }
  }
}

/** @throws RefusedValues for what PostgreSQL refuses as data. */
export async function write(client: ClientBase, fold: Fold): Promise<void> {
  if (fold.size === 0) return;
  try {
    for (const { text, values } of fold.statements()) await client.query(text, [...values]);
  } catch (error) {
    if (isDataError(error)) throw new RefusedValues(messageOf(error), { cause: error });
    throw error;
  }
}

async function writeHalving(
  client: ClientBase,
  target: Target,
  events: readonly SitedEvent[],
  sets: ReadonlyMap<number, number>,
  parked: DeadLetter[],
): Promise<void> {
  if (events.length === 0) return;
  await client.query('SAVEPOINT part');
  try {
    const fold = new Fold(target.projection, target.number);
    merge(fold, events, sets, (_, error) => {
      throw error;
    });
    await write(client, fold);
    await client.query('RELEASE SAVEPOINT part');
  } catch (error) {
    if (!(error instanceof RefusedValues)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part');
    const [only] = events;
    if (events.length === 1 && only) {
      parked.push(letterOf(target, only, error));
      return;
    }
    const middle = events.length >> 1;
    await writeHalving(client, target, events.slice(0, middle), sets, parked);
    await writeHalving(client, target, events.slice(middle), sets, parked);
  }
}

function letterOf(target: Target, { logged }: SitedEvent, error: unknown): DeadLetter {
  const { reason, detail } = error as { reason?: unknown; detail?: unknown };
  const named = typeof reason === 'string';
  return {
    position: logged.position,
    generationId: target.generationId,
    site: logged.event.site,
    eventId: logged.event.id,
    reason: named ? reason : error instanceof RefusedValues ? 'refused_by_database' : 'projection_error',
    detail: named && typeof detail === 'string' ? detail : messageOf(error),
    text: logged.line,
  };
}
