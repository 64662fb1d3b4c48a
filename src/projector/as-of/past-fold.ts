import type { Client } from 'pg';
import type { JobProgress } from '#database/job-progress.js';
import { LogGapError, type LogMessage } from '#event-log/types.js';
import type { Position } from '#events/position.js';
import { MemberCache } from '#projection/member-cache.js';
import { LONGEST_STRETCH } from '../builder.js';
import type { Used } from '../build-throttle.js';
import type { Engine } from '../engine.js';
import { GenerationsChanged, PartitionStopped, RefusedValues, sqlState } from '../errors.js';
import type { LongWork } from '../job-kind.js';
import { Pass } from '../reproject/pass.js';
import { hindmostSets, holdSets, type SpareSet } from '../reproject/spare-sets.js';
import { pause, transactionOn } from '../session.js';
import { findSite } from '../sites.js';
import { BuildFailed } from '../stretch.js';
import {
  ensurePast,
  findPast,
  giveUp,
  isWanted,
  keepPast,
  letGo,
  requirePassed,
  type Past,
} from './past-sets.js';
import { PastProgress } from './past-progress.js';
import { takeDays } from './taken-days.js';

const AGAIN_MS = 200;
/** Than the stretches of a build: nobody waits for the end of one, and Node waits for PostgreSQL there. */
const LONGER = 3;

/** Ends the work, without a fault of anybody. */
class Over extends Error {}

/**
 * Fills row sets of a site with the log up to a position, under the settings of then. Every step begins with what the
 * database says, so a kill costs one transaction.
 */
export class PastFold {
  private readonly members = new MemberCache();
  private readonly progress: PastProgress;
  /** PostgreSQL refused something on the way to there. */
  private carefulUpTo = 0;

  constructor(
    private readonly engine: Engine,
    private readonly client: Client,
    private readonly order: Pick<Past, 'id' | 'job'>,
    private readonly work: LongWork,
  ) {
    this.progress = new PastProgress(work);
  }

  /** @throws BuildFailed */
  async run(): Promise<JobProgress> {
    const past = await findPast(this.client, this.order);
    const made = past !== undefined && (await this.make(past));
    return this.progress.end(made);
  }

  /** @returns whether they are made; else nobody waits for them any more. */
  private async make(past: Past): Promise<boolean> {
    const { client, engine } = this;
    const { signal } = this.work;
    await this.progress.begin(engine, client, past);
    for (;;) {
      signal.throwIfAborted();
      const careful = this.carefulUpTo;
      try {
        if (await transactionOn(client, () => giveUp(client, past))) return false;
        const sets = await transactionOn(client, () => ensurePast(engine, client, past));
        if (await this.begin(past, sets)) continue;
        const hindmost = hindmostSets(sets);
        if (hindmost) await this.fold(past, hindmost);
        else {
          await transactionOn(client, () => keepPast(client, past, sets));
          return true;
        }
      } catch (error) {
        if (error instanceof Over) return false;
        await this.again(error, this.carefulUpTo > careful);
      }
    }
  }

  /** Row sets that have nothing yet take what they can. @returns whether that changed them */
  private async begin(past: Past, sets: readonly SpareSet[]): Promise<boolean> {
    const { client, engine } = this;
    if (sets.length === 0) return false;
    const begun = sets.filter(({ generation, days }) => generation.sequence > 0 || days);
    if (begun.length === 0) return engine.buildThrottle.atOnce((used) => this.take(past, sets, used));
    if (begun.length === sets.length || !begun.some(({ days }) => days)) return false;
    // A generation is served since that has none of those days.
    await transactionOn(client, () => letGo(client, past));
    return true;
  }

  private async take(past: Past, sets: readonly SpareSet[], used: Used): Promise<boolean> {
    const { engine, client, work } = this;
    const started = performance.now();
    try {
      return await takeDays(engine, client, past, sets, async () => {
        work.signal.throwIfAborted();
        if (!(await isWanted(engine.pool, past))) throw new Over();
      });
    } catch (error) {
      if (error instanceof Over) return true;
      throw error;
    } finally {
      used(performance.now() - started);
    }
  }

  private async fold(
    past: Past,
    hindmost: { group: Parameters<typeof Pass.open>[1]['group']; sets: SpareSet[] },
  ): Promise<void> {
    const { engine, client, members } = this;
    const { signal } = this.work;
    const { site, job, end } = past;
    const served = (await findSite(client, site.settings.id))?.settings ?? site.settings;
    const lease = { partition: site.partition };
    const of = {
      engine,
      client,
      lease,
      job,
      site,
      served,
      untried: 'skip',
      signal,
      part: upTo(end),
    } as const;
    const { batchEvents, buildBatches } = engine.limits;
    const pass = await Pass.open(of, hindmost, hindmost.group.at < this.carefulUpTo);
    try {
      for (let over = false; !over;) {
        signal.throwIfAborted();
        const folded = await engine.buildThrottle.atOnce((used) => {
          const until = performance.now() + LONGER * LONGEST_STRETCH;
          return transactionOn(client, async () => {
            if (await giveUp(client, past)) return undefined;
            await holdSets(client, job, pass.standing, pass.sets);
            const step = await pass.fold(() => until, LONGER * buildBatches * batchEvents, members, used);
            await requirePassed(client, end);
            await engine.failpoints.as_of_before_commit?.(site.partition);
            return step;
          });
        });
        if (!folded) throw new Over();
        folded.committed();
        over = folded.over;
        await this.progress.tell(client, past);
      }
    } catch (error) {
      if (error instanceof RefusedValues) this.carefulUpTo = pass.group.upTo;
      throw error;
    } finally {
      await pass.close();
    }
  }

  /** What changed meanwhile is looked at anew; what PostgreSQL refuses is looked for event by event. */
  private async again(error: unknown, careful: boolean): Promise<void> {
    if (error instanceof LogGapError || error instanceof PartitionStopped)
      throw new BuildFailed(0, error.message);
    // What is filled may be gone, and its members with it.
    this.members.clear();
    if (error instanceof RefusedValues && careful) return;
    if (!(error instanceof GenerationsChanged) && !BUSY.has(sqlState(error))) throw error;
    await pause(AGAIN_MS, this.work.signal);
  }
}

/** A lock that somebody held for long, a deadlock, and a row that somebody changed since the snapshot. */
const BUSY = new Set(['55P03', '40P01', '40001']);

/** Of the position's own message only what does not come after it. */
function upTo({ sequence, ordinal }: Position): (message: LogMessage) => LogMessage {
  return (message) =>
    message.sequence === sequence
      ? { ...message, payload: firstLines(message.payload, ordinal + 1) }
      : message;
}

const LINE_BREAK = 0x0a;

function firstLines(payload: Uint8Array, lines: number): Uint8Array {
  let end = -1;
  for (let line = 0; line < lines; line++) {
    end = payload.indexOf(LINE_BREAK, end + 1);
    if (end < 0) return payload;
  }
  return payload.subarray(0, end);
}
