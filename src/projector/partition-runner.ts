import type pg from 'pg';
import { LogGapError } from '#event-log/types.js';
import { Builder } from './builder.js';
import { DeadLetterWorker } from './dead-letter-worker.js';
import type { Engine } from './engine.js';
import { LeaseLost, PartitionStopped, messageOf } from './errors.js';
import { ledgerTables } from './ledger.js';
import {
  backendName,
  recordStop,
  releaseLease,
  renewLease,
  takeLease,
  type Floor,
  type Lease,
} from './lease.js';
import { PartitionSession } from './partition-session.js';
import { siteOrders } from './reproject/site-orders.js';
import { SiteWorker } from './reproject/site-worker.js';
import { closeConnection, openConnection, pause } from './session.js';

const BACK_OFF = [100, 250, 500, 1_000, 2_000];

/** Holds one partition: takes the lease, projects, survives what passes, stops at what does not. */
export class PartitionRunner {
  /** Resolves when the runner has given the partition up. */
  readonly done: Promise<void>;
  /** Why the partition stands still; undefined while it runs. */
  stoppedReason: string | undefined;
  private readonly abort = new AbortController();
  private readonly builder: Builder;
  private readonly letters: DeadLetterWorker;
  /** By kind of order. */
  private readonly sites: ReadonlyMap<string, SiteWorker>;
  private lease: Lease | undefined;
  private stoppedUntil: PartitionStopped['over'] | undefined;
  private failures = 0;
  private lastTrouble: string | undefined;

  constructor(
    private readonly engine: Engine,
    readonly partition: number,
    /** Called when something was built, or cannot be, and when a site's new settings are in its figures. */
    built: () => void,
  ) {
    this.letters = new DeadLetterWorker(engine, partition);
    const settling = () => this.letters.working;
    const around = { awaited: settling, ended: built };
    this.sites = new Map(
      siteOrders.map((order) => [order.kind, new SiteWorker(engine, partition, order, around)]),
    );
    this.builder = new Builder(engine, partition, {
      awaited: () => settling() || [...this.sites.values()].some((each) => each.holdsLive),
      ended: built,
    });
    this.done = this.run().finally(() => this.stopBeside());
  }

  /** Finishes the batch in hand and releases the lease. */
  async stop(): Promise<void> {
    this.abort.abort();
    await this.stopBeside();
    await this.done;
  }

  /** It was told to stop. */
  get leaving(): boolean {
    return this.abort.signal.aborted;
  }

  private async stopBeside(): Promise<void> {
    await Promise.all([
      this.builder.stop(),
      this.letters.stop(),
      ...[...this.sites.values()].map((each) => each.stop()),
    ]);
  }

  /** Brings generations that are behind to the floor, if that is not under way already. */
  build(): void {
    if (this.lease && !this.abort.signal.aborted) this.builder.start(this.lease);
  }

  /** Carries out what is ordered about dead letters of this partition, if that is not under way already. */
  settle(): void {
    if (this.lease && !this.abort.signal.aborted) this.letters.start(this.lease);
  }

  /** Carries out orders of this kind about settings of this partition's sites, if that is not under way already. */
  changeSites(kind: string): void {
    if (this.lease && !this.abort.signal.aborted) this.sites.get(kind)?.start(this.lease);
  }

  private async run(): Promise<void> {
    const { engine, partition } = this;
    const { signal } = this.abort;
    while (!signal.aborted) {
      let client: pg.Client | undefined;
      try {
        client = await openConnection(engine.url, backendName('live', partition, engine.owner));
        const held = await this.hold(client);
        if (!held) return;
        for (const statement of ledgerTables(partition)) await client.query(statement);
        await client.query('SELECT tidemark_walls()');
        await this.session(client, held.lease, held.floor).project(signal);
      } catch (error) {
        if (error instanceof LeaseLost) {
          engine.logger.warn(
            { partition, owner: engine.owner, detail: error.message },
            'lease lost; this projector gives the partition up',
          );
          this.lease = undefined;
          break;
        }
        if (error instanceof PartitionStopped) await this.stand(error.message, error.over);
        else if (error instanceof LogGapError) await this.stand(error.message, 'log');
        else await this.backOff(error);
      } finally {
        if (client) await closeConnection(client);
      }
    }
    // What it does beside ends at the edge of a transaction, before somebody else begins the same.
    if (this.lease) await this.stopBeside();
    await this.release();
  }

  /** At a graceful stop the next process need not wait for the lease to expire. */
  private async release(): Promise<void> {
    const { engine, partition, lease } = this;
    engine.metrics.leaseHeld.set({ partition }, 0);
    engine.metrics.lag.remove({ partition });
    if (!lease) return;
    try {
      await releaseLease(engine.pool, lease);
      engine.logger.debug({ partition }, 'partition released');
    } catch (error) {
      engine.logger.debug({ partition, detail: messageOf(error) }, 'the lease expires by itself');
    }
  }

  private async hold(client: pg.Client): Promise<{ lease: Lease; floor: Floor } | undefined> {
    const { engine, partition } = this;
    if (this.lease)
      return { lease: this.lease, floor: await renewLease(client, this.lease, engine.limits.leaseMs) };
    const taken = await takeLease(client, partition, engine.owner, engine.limits.leaseMs);
    if (!taken) return undefined;
    this.lease = taken.lease;
    engine.metrics.leaseHeld.set({ partition }, 1);
    const about = {
      partition,
      owner: engine.owner,
      epoch: taken.lease.epoch,
      checkpoint: taken.floor.sequence,
    };
    if (taken.previous === null) engine.logger.debug(about, 'partition taken');
    else engine.logger.info({ ...about, takenFrom: taken.previous }, 'partition taken over');
    return taken;
  }

  private session(client: pg.Client, lease: Lease, floor: Floor): PartitionSession {
    const verified = async () => {
      if (this.stoppedUntil === 'batch') return;
      await recordStop(client, lease, null, this.engine.limits.leaseMs);
      this.recovered();
    };
    return new PartitionSession(this.engine, client, lease, floor, verified, () => this.recovered());
  }

  private recovered(): void {
    if (this.lastTrouble !== undefined)
      this.engine.logger.info({ partition: this.partition }, 'projecting again');
    this.failures = 0;
    this.lastTrouble = undefined;
    this.stoppedReason = undefined;
    this.stoppedUntil = undefined;
  }

  /** Anything unknown or passing: the same batch again, for ever. Said once, however the words change meanwhile. */
  private async backOff(error: unknown): Promise<void> {
    if (this.abort.signal.aborted) return;
    const { logger } = this.engine;
    const detail = messageOf(error);
    const level = this.lastTrouble === undefined ? 'warn' : 'debug';
    logger[level]({ partition: this.partition, detail }, 'projecting is interrupted and will be tried again');
    this.lastTrouble = detail;
    const wait = BACK_OFF[Math.min(this.failures++, BACK_OFF.length - 1)] ?? 1_000;
    await pause(wait, this.abort.signal);
  }

  private async stand(reason: string, over: PartitionStopped['over']): Promise<void> {
    const { engine, partition, lease } = this;
    if (reason !== this.stoppedReason) engine.logger.error({ partition, reason }, 'the partition stopped');
    this.lastTrouble = reason;
    this.stoppedReason = reason;
    this.stoppedUntil = over;
    const until = Date.now() + engine.limits.stoppedRetryMs;
    while (!this.abort.signal.aborted && Date.now() < until) {
      if (lease) await this.standBy(lease, reason);
      await pause(Math.min(engine.limits.heartbeatMs, engine.limits.stoppedRetryMs), this.abort.signal);
    }
  }

  /** Keeps the lease while standing, so that the partition is not handed round. */
  private async standBy(lease: Lease, reason: string): Promise<void> {
    try {
      await recordStop(this.engine.pool, lease, reason, this.engine.limits.leaseMs);
    } catch (error) {
      this.engine.logger.debug(
        { detail: messageOf(error) },
        'the reason of a stop could not be recorded yet',
      );
    }
  }
}
