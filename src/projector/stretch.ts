import type { Client } from 'pg';
import type { LogMessage } from '#event-log/types.js';
import { LineReader } from '#events/line-reader.js';
import { SiteFinder } from '#events/site-finder.js';
import { positionText, type Position } from '#events/position.js';
import type { StoredEvent } from '#events/stored-event.js';
import { Fold } from '#projection/fold.js';
import type { MemberCache } from '#projection/member-cache.js';
import { countedEvent } from '#projection/counted-event.js';
import type { Projection, SiteSettings } from '#projection/types.js';
import { applyCarefully, fill, sitedEvent, write, type SitedEvent, type Target } from './apply.js';
import { readLines, type Lines, type LoggedEvent } from './batch.js';
import { copyParked, parkedForServed, parkedIn, type DeadLetter } from './dead-letters.js';
import { projectionOf, type Engine } from './engine.js';
import { GenerationsChanged } from './errors.js';
import type { Used } from './build-throttle.js';
import type { BehindGeneration } from './generations.js';
import { holdCheckpoints } from './hold-checkpoints.js';
import type { Lease } from './lease.js';
import { parkUntried } from './reproject/kept-sets.js';
import { together } from './session.js';
import { knownSites, rowSets, type KnownSite } from './sites.js';
import { Skips } from './skips.js';

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

/** Row sets beside those that one site points to, which are filled with its events alone. */
export interface OneSite {
  /** As the site is served: an event that its rules leave out was never tried, so failing now is no fault of the build. */
  readonly served: SiteSettings;
  /** What is done with such an event when it fails. */
  readonly untried: 'park' | 'skip';
  /** With the settings that they are filled with. */
  readonly site: KnownSite;
  /** Generation -> row set. */
  readonly sets: ReadonlyMap<number, number>;
  /** Whether the event is to be added. */
  readonly has: (event: StoredEvent) => boolean;
}

/** With what a build goes on. */
export interface Build<L = Lease> {
  readonly engine: Engine;
  readonly client: Client;
  readonly lease: L;
  readonly members: MemberCache;
  readonly used: Used;
}

type Partition = Pick<Lease, 'partition'>;

interface Building {
  readonly generation: BehindGeneration;
  /** Under which its parked events are known. */
  readonly parkedAs: string;
  readonly target: Target;
  readonly projection: Projection;
}

/** All builders of this process read with it, a message at a time. */
const reader = new LineReader();

/** Live batches that are written as one, while the next ones are folded. */
const BATCHES_AT_ONCE = 5;

/**
 * A stretch of the log, folded into generations that are being built while it is read, inside the caller's transaction.
 * Of an event nothing is kept but what it adds, so a stretch may be many batches long, and a row to which many events add
 * is written once. Which events count was decided when they were projected live: duplicates and parked events are passed
 * over by position, not judged again.
 */
export class Stretch {
  private readonly building: readonly Building[];
  private readonly skips: Skips;
  private readonly sites = new Map<string, KnownSite>();
  private readonly sets = new Map<number, Map<number, number>>();
  private folds: readonly Fold[];
  private unwritten = 0;
  private writing: Promise<void> = Promise.resolve();
  private readonly written: Fold[] = [];
  private last: number;
  private count = 0;
  private readonly finder: SiteFinder | undefined;

  private constructor(
    private readonly build: Build<Partition>,
    private readonly group: Group,
    upTo: number,
    /** Finds the event that PostgreSQL refuses, and so writes message by message. */
    readonly careful: boolean,
    private readonly only?: OneSite,
  ) {
    const { engine, client, lease } = build;
    this.last = group.at;
    const ids = group.generations.map((each) => each.id);
    const parked = only ? parkedIn(ids) : parkedForServed;
    this.skips = new Skips(client, lease.partition, group.at, upTo, parked);
    if (only) {
      this.finder = new SiteFinder(only.site.settings.id);
      this.sites.set(only.site.settings.id, only.site);
      for (const [id, set] of only.sets) this.sets.set(id, new Map([[only.site.id, set]]));
    }
    this.building = group.generations.map((generation) => {
      const projection = projectionOf(engine, generation);
      if (!projection) throw new GenerationsChanged('a generation of an unknown version is not built here');
      const target = { generationId: generation.id, number: generation.number, projection };
      return { generation, parkedAs: only ? String(generation.id) : projection.name, target, projection };
    });
    this.folds = this.newFolds();
  }

  /** Holds the generations where they stand: whoever settles a dead letter of theirs waits for the end of the stretch. */
  static async begin(build: Build, group: Group, upTo: number, careful: boolean): Promise<Stretch> {
    await holdCheckpoints(build.client, build.lease, group);
    return new Stretch(build, group, upTo, careful);
  }

  /** The caller holds the row sets, and keeps how far they are. */
  static ofSite(build: Build<Partition>, group: Group, careful: boolean, only: OneSite): Stretch {
    return new Stretch(build, group, group.upTo, careful, only);
  }

  /** Sequence of the last message that was added. */
  get at(): number {
    return this.last;
  }

  /** Of one site: its own, without duplicates. */
  get events(): number {
    return this.count;
  }

  /** Adds the next message. @throws BuildFailed for an event that cannot be projected now and was not parked. */
  async add(message: LogMessage): Promise<void> {
    const { engine, client, used } = this.build;
    if (!this.skips.covers(message.sequence)) await this.skips.cover(message.sequence);
    const started = performance.now();
    const events = this.decode(message);
    const strangers = new Set<string>();
    for (const { event } of events) if (!this.sites.has(event.site)) strangers.add(event.site);
    if (strangers.size > 0) await this.meet([...strangers]);
    const sited = this.sited(events);
    for (const [i, { generation, parkedAs, target }] of this.building.entries()) {
      const kept = this.skips.without(parkedAs, sited);
      const sets = this.sets.get(generation.id) ?? new Map<number, number>();
      const fold = this.folds[i];
      const faults =
        this.careful || !fold
          ? (await applyCarefully(client, target, kept, sets)).parked
          : fill(fold, target, kept, sets);
      if (faults.length > 0) await this.settle(generation, kept, faults);
    }
    this.last = message.sequence;
    used(performance.now() - started);
    if (this.unwritten >= BATCHES_AT_ONCE * engine.limits.batchEvents) await this.write();
  }

  /** Events that nobody tried to project before are bad ones as any other; the rest must not fail now. */
  private async settle(
    generation: BehindGeneration,
    events: readonly SitedEvent[],
    faults: readonly DeadLetter[],
  ): Promise<void> {
    const { only } = this;
    for (const { position, reason, detail } of faults) {
      const sited = events.find(({ logged }) => logged.position === position);
      const tried = !only || !sited || countedEvent(sited.logged.event, only.served) !== undefined;
      if (tried) refuse([generation], position, `${reason}: ${detail}`);
    }
    if (only?.untried === 'park') await parkUntried(this.build.client, only.site, faults);
  }

  /** Writes what was added, and how far that is. @returns what is to be called once the transaction has committed. */
  async finish(rate: number): Promise<() => void> {
    const { client, lease } = this.build;
    const { group, last } = this;
    const committed = await this.flush();
    for (const { generation } of this.building) {
      if (this.skips.hasParked(generation.projection))
        await copyParked(client, lease.partition, group.at, last, generation.id);
    }
    await client.query(
      'UPDATE checkpoint SET sequence = $3, rate = $4 WHERE partition = $1 AND generation_id = ANY ($2::int[])',
      [lease.partition, group.generations.map((each) => each.id), last, rate],
    );
    return committed;
  }

  /** Writes what was added. @returns what is to be called once the transaction has committed. */
  async flush(): Promise<() => void> {
    await this.write();
    await this.writing;
    return () => this.written.forEach((fold) => fold.committed());
  }

  /** Resolves once what was sent before is written. */
  private async write(): Promise<void> {
    await this.writing;
    const { client, used } = this.build;
    const { folds } = this;
    this.folds = this.newFolds();
    this.unwritten = 0;
    this.written.push(...folds);
    const started = performance.now();
    this.writing = together(folds.map((fold) => write(client, fold))).then(() =>
      used(performance.now() - started),
    );
    // It is awaited later; a failure must not count as nobody's until then.
    this.writing.catch(() => undefined);
  }

  private newFolds(): Fold[] {
    const { members } = this.build;
    return this.building.map(({ projection, target }) => new Fold(projection, target.number, members));
  }

  /** The events that count. */
  private decode(message: LogMessage): LoggedEvent[] {
    const { skips, only } = this;
    const events: LoggedEvent[] = [];
    const lines: Lines = {
      event: (logged) => {
        const { event, position } = logged;
        const counts = !skips.isDuplicate(position) && !skips.isParked(null, position);
        if (only && !(counts && only.has(event))) return;
        this.count++;
        this.unwritten++;
        if (counts) events.push(logged);
      },
      unreadable: ({ position, reason }) => {
        if (!only && !skips.isParked(null, position)) refuse(this.group.generations, position, reason);
      },
    };
    readLines(message, reader, lines, this.finder);
    return events;
  }

  private sited(events: readonly LoggedEvent[]): SitedEvent[] {
    return events.map((logged) => {
      const site = this.sites.get(logged.event.site);
      if (site?.partition === this.build.lease.partition) return sitedEvent(logged, site);
      const why = `site ${logged.event.site} lives in another partition`;
      return refuse(this.group.generations, logged.position, why);
    });
  }

  private async meet(names: readonly string[]): Promise<void> {
    const { client, lease } = this.build;
    const met = await knownSites(client, lease.partition, names);
    for (const [name, site] of met) this.sites.set(name, site);
    const ids = this.group.generations.map((each) => each.id);
    const sets = await rowSets(
      client,
      ids,
      [...met.values()].map((site) => site.id),
    );
    for (const [id, bySite] of sets) this.sets.set(id, new Map([...(this.sets.get(id) ?? []), ...bySite]));
  }
}

function refuse(generations: readonly BehindGeneration[], position: Position, why: string): never {
  const [first] = generations;
  throw new BuildFailed(
    first?.id ?? 0,
    `${first?.projection ?? ''}: the event at ${positionText(position)} cannot be projected (${why}); ` +
      'live projection had not parked it',
  );
}
