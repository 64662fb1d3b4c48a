import { LogGapError } from '#event-log/types.js';
import { MemberCache } from '#projection/member-cache.js';
import { Approach, LONGEST_HOLD } from '../approach.js';
import { LONGEST_STRETCH, SHORT_STRETCH } from '../builder.js';
import type { Used } from '../build-throttle.js';
import { GenerationsChanged, PartitionStopped, RefusedValues } from '../errors.js';
import { lockFloor } from '../lease.js';
import { commit } from '../session.js';
import { BuildFailed } from '../stretch.js';
import { Pass, type Reprojected } from './pass.js';
import { tellProgress } from './progress.js';
import { lengthOf, siteBlocks } from './site-blocks.js';
import {
  ensureSpare,
  fedGenerations,
  hindmostSets,
  holdSets,
  pointTo,
  spareSets,
  type SpareSet,
} from './spare-sets.js';

interface Waiting {
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
 * Fills row sets of one site beside those that it points to, with its events under its new settings, while live projection
 * goes on under the old ones; then, near the live checkpoint, holds that and makes the site point to them. Every step begins
 * with what the database says, so a kill costs one transaction.
 */
export class Reprojection {
  private readonly members = new MemberCache();
  private readonly approach = new Approach();
  /** PostgreSQL refused something on the way to there. */
  private carefulUpTo = 0;

  constructor(
    private readonly of: Reprojected,
    private readonly waiting: Waiting,
  ) {}

  /** @returns whether it is done; else it was told to stop, or nobody wants it any more. @throws BuildFailed, LeaseLost */
  async run(): Promise<boolean> {
    const { signal } = this.of;
    while (!signal.aborted) {
      const plan = await this.plan();
      if (!plan) return false;
      if (plan.distance === 0 || this.approach.holds(plan.distance)) {
        if (await this.attempt(() => this.switch())) return true;
      } else await this.attempt(() => this.catchUp(plan));
    }
    return false;
  }

  /** A row set for each generation that there is, and how many messages of the log they are from where these stand. */
  private async plan(): Promise<Plan | undefined> {
    const { engine, client, lease, job, site } = this.of;
    return this.transaction(async () => {
      await this.lock();
      const { rows } = await client.query(`SELECT FROM job WHERE id = $1 AND state = 'running'`, [job]);
      if (rows.length === 0) return undefined;
      const generations = await fedGenerations(client, lease.partition, false);
      await ensureSpare(engine, client, job, site, generations);
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
        const folded = await of.engine.buildThrottle.turn(of.signal, (used) =>
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

  /** @returns whether the site has its new settings; else there was too much left to keep live projection waiting. */
  private async switch(): Promise<boolean> {
    const { engine, client, lease, job, site } = this.of;
    this.waiting.holds(true);
    const done = await this.transaction(async () => {
      const floor = await this.lock();
      const generations = await fedGenerations(client, lease.partition, true);
      const until = performance.now() + LONGEST_HOLD;
      const committed: (() => void)[] = [];
      for (;;) {
        const sets = await spareSets(client, job, generations);
        if (sets.length < generations.length) throw new GenerationsChanged('there is another generation now');
        const hindmost = hindmostSets(sets);
        if (!hindmost) {
          await this.end();
          await pointTo(client, job, site, sets);
          await engine.failpoints.reproject_before_switch?.(lease.partition);
          return { floor, committed, switched: true };
        }
        const pass = await Pass.open(this.of, hindmost, hindmost.group.at < this.carefulUpTo);
        try {
          const folded = await pass.fold(() => until, Infinity, this.members, nobody);
          committed.push(folded.committed);
          if (!folded.over) return { floor, committed, switched: false };
        } catch (error) {
          if (error instanceof RefusedValues) this.carefulUpTo = pass.group.upTo;
          throw error;
        } finally {
          await pass.close();
        }
      }
    });
    for (const each of done.committed) each();
    if (!done.switched) return false;
    this.waiting.holds(false);
    await engine.failpoints.reproject_after_switch?.(lease.partition);
    engine.log.notify({ partition: lease.partition, sequence: done.floor, sites: [site.settings.id] });
    return true;
  }

  private async end(): Promise<void> {
    const { client, job, site } = this.of;
    const progress = await tellProgress(this.of);
    const result = { revision: site.settings.revision, reprojected: true };
    const { rowCount } = await client.query(
      `UPDATE job SET state = 'done', finished_at = now(), progress = $2 WHERE id = $1 AND state = 'running'`,
      [job, JSON.stringify({ ...progress, eventsDone: progress.eventsTotal, secondsLeft: 0, result })],
    );
    if (rowCount !== 1) throw new GenerationsChanged('the order is no longer under way');
  }

  /** No generation begins, is switched to or retires until the transaction ends, and no live batch. @throws LeaseLost */
  private async lock(): Promise<number> {
    const { client, lease } = this.of;
    await client.query('LOCK TABLE generation IN ROW EXCLUSIVE MODE');
    return lockFloor(client, lease);
  }

  private async transaction<T>(work: () => Promise<T>): Promise<T> {
    const { client } = this.of;
    await client.query('BEGIN');
    try {
      const result = await work();
      await commit(client);
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
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
        error instanceof RefusedValues ? this.carefulUpTo > careful : error instanceof GenerationsChanged;
      if (!again) throw error;
      return undefined;
    }
  }
}

const nobody: Used = () => undefined;
