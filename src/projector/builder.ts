import type pg from 'pg';
import { LogGapError, type LogMessage } from '#event-log/types.js';
import { MemberCache } from '#projection/member-cache.js';
import { Approach, LONGEST_HOLD } from './approach.js';
import { projectionOf, type Engine } from './engine.js';
import { GenerationsChanged, PartitionStopped, RefusedValues, messageOf } from './errors.js';
import { failBuild, standingBehind } from './generations.js';
import type { Used } from './build-throttle.js';
import { verifyMessage } from './log-identity.js';
import { holdsAny, SILENCE } from './log-presence.js';
import { LogCursor } from './log-cursor.js';
import { floorAt, lockFloor, type Lease } from './lease.js';
import { PartitionWorker } from './partition-worker.js';
import { commit } from './session.js';
import { BuildFailed, Stretch, hindmost, type Group } from './stretch.js';

/** Milliseconds of reading for one transaction. Longer ones were no faster, and live projection waited longer at the end. */
export const LONGEST_STRETCH = 1_000;
/** The same while somebody waits for its end, who keeps live projection waiting. */
export const SHORT_STRETCH = 100;

/**
 * Brings every generation of a partition that is behind the live checkpoint to it, from the log, beside the live
 * batches. It knows no job: what stands behind is caught up, and the checkpoints say how far, so a kill costs one stretch.
 */
export class Builder extends PartitionWorker {
  /** When the last transaction ended. */
  private ended = 0;
  /** PostgreSQL refused a stretch that ended there. */
  private carefulUpTo = 0;

  constructor(
    engine: Engine,
    partition: number,
    private readonly around: {
      /** Whether somebody waits for the end of a transaction. */
      readonly awaited: () => boolean;
      /** Called when what was behind is caught up, or failed: a job may be done by that. */
      readonly ended: () => void;
    },
  ) {
    super(engine, partition, 'building is interrupted and will be tried again');
  }

  protected override async settle(error: unknown): Promise<boolean> {
    if (!(error instanceof BuildFailed)) return false;
    await this.giveUp(error);
    this.around.ended();
    return true;
  }

  private async giveUp(failure: BuildFailed): Promise<void> {
    const { pool, logger } = this.engine;
    logger.error(
      { partition: this.partition, detail: failure.message },
      'a rebuild failed; what is served is untouched',
    );
    try {
      await failBuild(pool, failure.generationId, failure.message);
    } catch (error) {
      logger.warn({ detail: messageOf(error) }, 'the failed rebuild could not be recorded yet');
    }
  }

  protected override async work(client: pg.Client, lease: Lease): Promise<void> {
    const { engine, partition } = this;
    const { signal } = this.abort;
    let cursor: LogCursor | undefined;
    let readUpTo: number | undefined;
    let moved = (this.ended = performance.now());
    const members = new MemberCache();
    const approach = new Approach();
    const stop = () => void cursor?.stop();
    const broken = () => cursor?.fail(new Error('the database closed the connection'));
    signal.addEventListener('abort', stop);
    client.on('end', broken);
    try {
      while (!signal.aborted) {
        const { floor, behind } = await standingBehind(client, partition);
        const group = hindmost(
          behind.filter((each) => projectionOf(engine, each) !== undefined),
          floor,
        );
        if (!group) {
          // What stands behind may be none of this code's: that must not be looked at over and over.
          if (readUpTo !== undefined) this.around.ended();
          return;
        }
        if (!cursor || readUpTo !== group.at) {
          await cursor?.stop();
          cursor = new LogCursor(engine.log.read(partition, group.at + 1));
        }
        const distance = floor - group.at;
        const hold = group.next === 'floor' && approach.holds(distance);
        const { at, milliseconds } = await this.step({ client, lease, cursor, group, members }, hold);
        approach.stepped(distance, (at ?? group.at) - group.at, milliseconds);
        readUpTo = at;
        if (at === group.at && performance.now() - moved > SILENCE) await this.mustHold(group);
        if (at !== group.at || performance.now() - moved > SILENCE) moved = performance.now();
      }
    } finally {
      signal.removeEventListener('abort', stop);
      await cursor?.stop().catch(() => undefined);
    }
  }

  /** Nothing came for a while. @throws BuildFailed where nothing will */
  private async mustHold({ at, upTo, generations }: Group): Promise<void> {
    if (await holdsAny(this.engine.log, this.partition, at + 1, upTo)) return;
    throw new BuildFailed(
      generations[0]?.id ?? 0,
      `the log of partition ${this.partition} has lost its messages ${at + 1} to ${upTo}, which are in the served figures. ` +
        'Restore the log from a backup.',
    );
  }

  private async step(work: Work, hold: boolean): Promise<Stepped> {
    // Live projection waits for it, so it waits for nobody.
    if (hold) return this.write(work, true, () => undefined);
    const { signal } = this.abort;
    return this.engine.buildThrottle.turn(signal, async (used) =>
      signal.aborted ? NOWHERE : this.write(work, false, used),
    );
  }

  /** One transaction. @param hold up to the floor, which stays where it is meanwhile */
  private async write(work: Work, hold: boolean, used: Used): Promise<Stepped> {
    const { client, lease, group, members } = work;
    const { engine } = this;
    const careful = group.at < this.carefulUpTo;
    let stretch: Stretch | undefined;
    await client.query('BEGIN');
    try {
      const upTo = hold ? await lockFloor(client, lease) : group.upTo;
      const started = performance.now();
      stretch = await Stretch.begin({ engine, client, lease, members, used }, group, upTo, careful);
      const last = await this.read(work.cursor, stretch, upTo, hold ? LONGEST_HOLD : LONGEST_STRETCH);
      const floor = last && (await floorAt(client, lease.partition, last.sequence));
      // Where it joins, it must have read what live projection read: sequences are used again after a damaged tail.
      if (floor) verifyMessage(floor, last);
      const committed = await stretch.finish(this.perSecond(stretch.events));
      await engine.failpoints.build_before_commit?.(this.partition);
      await commit(client);
      committed();
      this.ended = performance.now();
      return { at: stretch.at, milliseconds: performance.now() - started };
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      if (error instanceof LogGapError || error instanceof PartitionStopped)
        throw new BuildFailed(group.generations[0]?.id ?? 0, error.message);
      if (error instanceof RefusedValues && stretch && !careful) this.carefulUpTo = stretch.at;
      else if (!(error instanceof GenerationsChanged)) throw error;
      return NOWHERE;
    }
  }

  /** With the rests between two transactions. */
  private perSecond(events: number): number {
    return Math.round((events * 1000) / Math.max(1, performance.now() - this.ended));
  }

  /** As far as one transaction may go. @returns the last message read */
  private async read(
    cursor: LogCursor,
    stretch: Stretch,
    upTo: number,
    milliseconds: number,
  ): Promise<LogMessage | undefined> {
    const { limits } = this.engine;
    const started = performance.now();
    const until = () => started + (this.around.awaited() ? SHORT_STRETCH : milliseconds);
    const most = stretch.careful ? 1 : limits.buildBatches * limits.batchEvents;
    let last: LogMessage | undefined;
    while (stretch.at < upTo && stretch.events < most && performance.now() < until()) {
      const message = await cursor.next(upTo, until() - performance.now());
      if (!message) break;
      await stretch.add(message);
      last = message;
    }
    return last;
  }
}

interface Stepped {
  /** Where the group stands now; undefined where that has to be looked up. */
  readonly at: number | undefined;
  /** Of work, without waiting for a turn or a lock. */
  readonly milliseconds: number;
}

const NOWHERE: Stepped = { at: undefined, milliseconds: 0 };

interface Work {
  readonly client: pg.Client;
  readonly lease: Lease;
  readonly cursor: LogCursor;
  readonly group: Group;
  readonly members: MemberCache;
}
