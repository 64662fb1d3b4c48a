import type pg from 'pg';
import { MemberCache } from '#projection/member-cache.js';
import { Approach, LONGEST_HOLD } from './approach.js';
import { BatchQueue } from './batch-queue.js';
import type { Batch } from './batch.js';
import { BuildFailed, applyBuild, hindmost, type Group } from './build-batch.js';
import { projectionOf, type Engine } from './engine.js';
import { GenerationsChanged, LeaseLost, RefusedValues, messageOf } from './errors.js';
import { failBuild, standingBehind } from './generations.js';
import { backendName, lockFloor, type Lease } from './lease.js';
import { RateMeter } from './rate-meter.js';
import { closeConnection, commit, openConnection, pause } from './session.js';

/**
 * Brings every generation of a partition that is behind the live checkpoint to it, from the log, beside the live
 * batches. It knows no job: what stands behind is caught up, and the checkpoints say how far, so a kill costs one batch.
 */
export class Builder {
  private running: Promise<void> | undefined;
  private readonly abort = new AbortController();
  private readonly rate = new RateMeter();

  constructor(
    private readonly engine: Engine,
    private readonly partition: number,
  ) {}

  start(lease: Lease): void {
    if (this.running || this.abort.signal.aborted) return;
    this.running = this.run(lease).finally(() => (this.running = undefined));
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.running;
  }

  private async run(lease: Lease): Promise<void> {
    const { engine, partition } = this;
    let client: pg.Client | undefined;
    try {
      client = await openConnection(engine.url, backendName('build', partition, engine.owner));
      await this.catchUp(client, lease);
    } catch (error) {
      if (this.abort.signal.aborted || error instanceof LeaseLost) return;
      if (error instanceof BuildFailed) await this.giveUp(error);
      else
        engine.logger.warn(
          { partition, detail: messageOf(error) },
          'building is interrupted and will be tried again',
        );
      await pause(1_000, this.abort.signal);
    } finally {
      if (client) await closeConnection(client);
    }
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

  private async catchUp(client: pg.Client, lease: Lease): Promise<void> {
    const { engine, partition } = this;
    const { signal } = this.abort;
    let queue: BatchQueue | undefined;
    let readUpTo: number | undefined;
    const members = new MemberCache();
    const approach = new Approach();
    const stop = () => void queue?.stop();
    const broken = () => queue?.fail(new Error('the database closed the connection'));
    signal.addEventListener('abort', stop);
    client.on('end', broken);
    try {
      while (!signal.aborted) {
        const { floor, behind } = await standingBehind(client, partition);
        const group = hindmost(
          behind.filter((each) => projectionOf(engine, each) !== undefined),
          floor,
        );
        if (!group) return;
        if (!queue || readUpTo !== group.at) {
          await queue?.stop();
          queue = new BatchQueue(engine.log.read(partition, group.at + 1), engine.limits);
        }
        const distance = floor - group.at;
        const hold = group.next === 'floor' && approach.holds(distance);
        const { at, milliseconds } = await this.step({ client, lease, queue, group, members }, hold);
        approach.stepped(distance, (at ?? group.at) - group.at, milliseconds);
        readUpTo = at;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      await queue?.stop().catch(() => undefined);
    }
  }

  private async step(work: Work, hold: boolean): Promise<Stepped> {
    // Live projection waits for it, so it waits for nobody.
    if (hold) return this.write(work, []);
    const batch = await work.queue.next(work.group.upTo);
    const { signal } = this.abort;
    const stepped = await this.engine.buildThrottle.turn(signal, async () =>
      signal.aborted || !batch ? { at: undefined, milliseconds: 0 } : this.write(work, [batch]),
    );
    this.rate.add(batch?.events.length ?? 0);
    return stepped;
  }

  /** One transaction. @param given none: whatever there is up to the floor, which is held meanwhile */
  private async write(work: Work, given: readonly Batch[]): Promise<Stepped> {
    const { client, lease, queue, group, members } = work;
    const hold = given.length === 0;
    const batches = [...given];
    for (let careful = false; ; careful = true) {
      await client.query('BEGIN');
      try {
        const floor = hold ? await lockFloor(client, lease) : group.at;
        const started = performance.now();
        const left = () => started + LONGEST_HOLD - performance.now();
        let at = group.at;
        const committed: (() => void)[] = [];
        for (let i = 0; ; i++) {
          const batch =
            batches[i] ?? (at < floor && left() > 0 ? await queue.next(floor, left()) : undefined);
          if (!batch) break;
          batches[i] = batch;
          const build = { engine: this.engine, client, lease, members, rate: this.rate.perSecond() };
          committed.push(...(await applyBuild(build, group.generations, at, batch, careful)));
          at = batch.sequence;
        }
        await this.engine.failpoints.build_before_commit?.(this.partition);
        await commit(client);
        for (const each of committed) each();
        return { at, milliseconds: performance.now() - started };
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        if (error instanceof GenerationsChanged) return { at: undefined, milliseconds: 0 };
        if (!(error instanceof RefusedValues) || careful) throw error;
      }
    }
  }
}

interface Stepped {
  /** Where the group stands now; undefined where that has to be looked up. */
  readonly at: number | undefined;
  /** Of work, without waiting for a turn or a lock. */
  readonly milliseconds: number;
}

interface Work {
  readonly client: pg.Client;
  readonly lease: Lease;
  readonly queue: BatchQueue;
  readonly group: Group;
  readonly members: MemberCache;
}
