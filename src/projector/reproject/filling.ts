import { LogGapError } from '#event-log/types.js';
import { MemberCache } from '#projection/member-cache.js';
import { Approach } from '../approach.js';
import { LONGEST_STRETCH, SHORT_STRETCH } from '../builder.js';
import type { Used } from '../build-throttle.js';
import { GenerationsChanged, PartitionStopped, RefusedValues, sqlState } from '../errors.js';
import { lockFloor } from '../lease.js';
import { transactionOn } from '../session.js';
import { BuildFailed } from '../stretch.js';
import { Pass, type Reprojected } from './pass.js';
import { tellProgress } from './progress.js';
import { lengthOf, siteBlocks } from './site-blocks.js';
import {
  ensureSpare,
  hindmostSets,
  holdSets,
  spareSets,
  type FedGeneration,
  type SpareSet,
} from './spare-sets.js';

export interface Waiting {
  /** Whether somebody waits for the end of a transaction. */
  readonly awaited: () => boolean;
  /** Told whether live projection waits for others here. */
  readonly holds: (holding: boolean) => void;
}

interface Plan {
  readonly sets: SpareSet[];
  readonly distance: number;
}

/**
 * Fills row sets of one site beside those that it points to, with its events under other settings, while live projection
 * goes on under the served ones; near the live checkpoint an order of its kind ends it. Every step begins with what the
 * database says, so a kill costs one transaction.
 */
export abstract class Filling {
  private readonly members = new MemberCache();
  private readonly approach = new Approach();
  /** PostgreSQL refused something on the way to there. */
  private carefulUpTo = 0;

  constructor(
    protected readonly of: Reprojected,
    protected readonly waiting: Waiting,
  ) {}

  /** Of which a row set is to be filled, and how far each is. @param hold where they stand until the transaction ends */
  protected abstract generations(hold: boolean): Promise<readonly FedGeneration[]>;

  /** Fills what is left and does what the order is for. @returns whether it is done; else too much was left */
  protected abstract end(): Promise<boolean>;

  /** @returns whether it is done; else it was told to stop, or nobody wants it any more. @throws BuildFailed, LeaseLost */
  async run(): Promise<boolean> {
    const { signal } = this.of;
    while (!signal.aborted) {
      const plan = await this.plan();
      if (!plan) return false;
      if (this.isNear(plan.distance)) {
        if (await this.attempt(() => this.end())) return true;
      } else await this.attempt(() => this.catchUp(plan));
    }
    return false;
  }

  /** A row set of the order for each of these generations. */
  protected ensure(generations: readonly FedGeneration[]): Promise<void> {
    const { engine, client, job, site } = this.of;
    return ensureSpare(engine, client, job, site, generations);
  }

  /** Does a part of the work when its turn has come. */
  protected turn<T>(work: (used: Used) => Promise<T>): Promise<T> {
    return this.of.engine.buildThrottle.turn(this.of.signal, work);
  }

  /** @param distance messages of the log that are to be read yet. @returns whether the rest is left to the end */
  protected isNear(distance: number): boolean {
    return distance === 0 || this.approach.holds(distance);
  }

  /** A row set for each generation that there is, and how many messages of the log they are from where these stand. */
  private async plan(): Promise<Plan | undefined> {
    const { engine, client, job, site } = this.of;
    return this.transaction(async () => {
      await this.lock();
      const { rows } = await client.query(`SELECT FROM job WHERE id = $1 AND state = 'running'`, [job]);
      if (rows.length === 0) return undefined;
      const generations = await this.generations(false);
      await this.ensure(generations);
      const sets = await spareSets(client, job, generations);
      const ways = new Map<string, { from: number; to: number }>();
      for (const { generation, goal } of sets)
        ways.set(`${generation.sequence} ${goal}`, { from: generation.sequence + 1, to: goal });
      let distance = 0;
      for (const way of ways.values()) distance += lengthOf(await siteBlocks(engine, client, site, way));
      return { sets, distance };
    });
  }

  /** Beside the live batches, until there is no more than was there at the beginning. */
  private async catchUp({ sets, distance }: Plan): Promise<undefined> {
    const { of, members } = this;
    const hindmost = hindmostSets(sets);
    if (!hindmost) return;
    const pass = await Pass.open(of, hindmost, hindmost.group.at < this.carefulUpTo);
    const { buildBatches, batchEvents } = of.engine.limits;
    const most = buildBatches * batchEvents;
    let messages = 0;
    let milliseconds = 0;
    try {
      for (let over = false; !over && !of.signal.aborted;) {
        const started = performance.now();
        const until = () => started + (this.waiting.awaited() ? SHORT_STRETCH : LONGEST_STRETCH);
        const folded = await this.turn((used) =>
          this.transaction(async () => {
            await holdSets(of.client, of.job, pass.standing, pass.sets);
            const step = await pass.fold(until, most, members, used);
            await tellProgress(of);
            await of.engine.failpoints.reproject_before_commit?.(of.lease.partition);
            return step;
          }),
        );
        folded.committed();
        over = folded.over;
        messages += folded.messages;
        milliseconds += performance.now() - started;
      }
    } catch (error) {
      if (error instanceof RefusedValues) this.carefulUpTo = pass.group.upTo;
      throw error;
    } finally {
      await pass.close();
    }
    this.approach.stepped(distance, messages, milliseconds);
  }

  /**
   * Inside the caller's transaction, which sees where the generations stand, or holds them there.
   * @returns the row sets, undefined where time was over before they were as far; and what is to be called after the commit
   */
  protected async fillRest(
    generations: readonly FedGeneration[],
    until: number,
  ): Promise<{ readonly sets: readonly SpareSet[] | undefined; readonly committed: () => void }> {
    const { client, job } = this.of;
    const folded: (() => void)[] = [];
    const committed = () => folded.forEach((each) => each());
    for (;;) {
      const sets = await spareSets(client, job, generations);
      if (sets.length < generations.length) throw new GenerationsChanged('there is another generation now');
      const hindmost = hindmostSets(sets);
      if (!hindmost) return { sets, committed };
      const pass = await Pass.open(this.of, hindmost, hindmost.group.at < this.carefulUpTo);
      try {
        const step = await pass.fold(() => until, Infinity, this.members, nobody);
        folded.push(step.committed);
        if (!step.over) return { sets: undefined, committed };
      } catch (error) {
        if (error instanceof RefusedValues) this.carefulUpTo = pass.group.upTo;
        throw error;
      } finally {
        await pass.close();
      }
    }
  }

  /** Inside the caller's transaction. @throws GenerationsChanged where nobody wants it any more */
  protected async done(result: unknown): Promise<void> {
    const { client, job } = this.of;
    const progress = await tellProgress(this.of);
    const { rowCount } = await client.query(
      `UPDATE job SET state = 'done', finished_at = now(), progress = $2 WHERE id = $1 AND state = 'running'`,
      [job, JSON.stringify({ ...progress, eventsDone: progress.eventsTotal, secondsLeft: 0, result })],
    );
    if (rowCount !== 1) throw new GenerationsChanged('the order is no longer under way');
  }

  /** No generation begins, is switched to or retires until the transaction ends, and no live batch. @throws LeaseLost */
  protected async lock(): Promise<number> {
    const { client, lease } = this.of;
    await client.query('LOCK TABLE generation IN ROW EXCLUSIVE MODE');
    return lockFloor(client, lease);
  }

  protected transaction<T>(work: () => Promise<T>, begin?: string): Promise<T> {
    return transactionOn(this.of.client, work, begin);
  }

  /** What changed meanwhile is planned anew; what PostgreSQL refuses is looked for event by event. */
  private async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    const careful = this.carefulUpTo;
    try {
      return await work();
    } catch (error) {
      if (error instanceof LogGapError || error instanceof PartitionStopped)
        throw new BuildFailed(0, error.message);
      const again =
        error instanceof RefusedValues
          ? this.carefulUpTo > careful
          : error instanceof GenerationsChanged || CHANGED_MEANWHILE.has(sqlState(error));
      if (!again) throw error;
      return undefined;
    }
  }
}

/** A snapshot that is outdated by what others wrote, and a deadlock with them. */
const CHANGED_MEANWHILE = new Set(['40001', '40P01']);

const nobody: Used = () => undefined;
