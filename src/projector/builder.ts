import type pg from 'pg';
import { MemberCache } from '#projection/member-cache.js';
import { BatchQueue } from './batch-queue.js';
import type { Batch } from './batch.js';
import { BuildFailed, applyBuild, hindmost, type Group } from './build-batch.js';
import { projectionOf, type Engine } from './engine.js';
import { GenerationsChanged, LeaseLost, RefusedValues, messageOf } from './errors.js';
import { failBuild, standingBehind } from './generations.js';
import { backendName, lockFloor, type Lease } from './lease.js';
import { RateMeter } from './rate-meter.js';
import { closeConnection, commit, openConnection, pause } from './session.js';

/** Messages from the floor within which the builder holds the partition's row for its last step, so that it surely joins. */
const JOIN_WITHIN = 16;
/** Under heavy load the floor runs away by more in every round; after some of them it is held from further off. */
const NEAR = 100;
const PATIENT_ROUNDS = 10;
const JOIN_PATIENCE = 2_000;

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
    const stop = () => void queue?.stop();
    const broken = () => queue?.fail(new Error('the database closed the connection'));
    signal.addEventListener('abort', stop);
    client.on('end', broken);
    try {
      for (let near = 0; !signal.aborted;) {
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
        if (distance <= NEAR) near++;
        const join = group.next === 'floor' && distance <= (near > PATIENT_ROUNDS ? NEAR : JOIN_WITHIN);
        readUpTo = await this.step({ client, lease, queue, group, members }, join);
      }
    } finally {
      signal.removeEventListener('abort', stop);
      await queue?.stop().catch(() => undefined);
    }
  }

  /** One transaction. @returns where the group stands now; undefined where that has to be looked up. */
  private async step(work: Work, join: boolean): Promise<number | undefined> {
    // Live projection waits for a join, so a join waits for nobody.
    if (join) return this.write(work, []);
    const batch = await work.queue.next(work.group.upTo);
    if (!batch) return undefined;
    const { signal } = this.abort;
    const at = await this.engine.buildThrottle.turn(signal, async () =>
      signal.aborted ? undefined : this.write(work, [batch]),
    );
    this.rate.add(batch.events.length);
    return at;
  }

  /** @param batches none: whatever there is up to the floor, which is held meanwhile */
  private async write(work: Work, given: readonly Batch[]): Promise<number | undefined> {
    const { client, lease, queue, group, members } = work;
    const batches = [...given];
    for (let careful = false; ; careful = true) {
      await client.query('BEGIN');
      try {
        if (given.length === 0) await readToFloor(queue, batches, group.at, await lockFloor(client, lease));
        let at = group.at;
        const committed: (() => void)[] = [];
        for (const batch of batches) {
          const build = { engine: this.engine, client, lease, members, rate: this.rate.perSecond() };
          committed.push(...(await applyBuild(build, group.generations, at, batch, careful)));
          at = batch.sequence;
        }
        await this.engine.failpoints.build_before_commit?.(this.partition);
        await commit(client);
        for (const each of committed) each();
        return at;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        if (error instanceof GenerationsChanged) return undefined;
        if (!(error instanceof RefusedValues) || careful) throw error;
      }
    }
  }
}

interface Work {
  readonly client: pg.Client;
  readonly lease: Lease;
  readonly queue: BatchQueue;
  readonly group: Group;
  readonly members: MemberCache;
}

/** Live projection waits for the partition's row meanwhile, so a slow log must not keep it. */
async function readToFloor(queue: BatchQueue, batches: Batch[], at: number, floor: number): Promise<void> {
  const timer = setTimeout(() => queue.fail(new Error('the log was too slow for joining')), JOIN_PATIENCE);
  try {
    while ((batches.at(-1)?.sequence ?? at) < floor) {
      const batch = await queue.next(floor);
      if (!batch) throw new LeaseLost('stopped while joining');
      batches.push(batch);
    }
  } finally {
    clearTimeout(timer);
  }
}
