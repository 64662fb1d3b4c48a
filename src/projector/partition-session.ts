import type pg from 'pg';
import { MemberCache } from '#projection/member-cache.js';
import { BatchQueue } from './batch-queue.js';
import type { Batch } from './batch.js';
import type { Engine } from './engine.js';
import { LeaseLost, PartitionStopped, messageOf } from './errors.js';
import { heartbeat, type Floor, type Lease } from './lease.js';
import { commitLive, type Applied } from './live-batch.js';
import { rememberStream, verifyLog, verifyMessage } from './log-identity.js';
import { RateMeter } from './rate-meter.js';

/**
 * Projects one partition over one connection and one reader until it is told to stop or something fails. After a
 * failure the session is thrown away with everything it knew, and the next one begins at what is committed.
 */
export class PartitionSession {
  private headSequence: number | undefined;
  private committing = false;
  private readonly rate = new RateMeter();
  private queue: BatchQueue | undefined;
  /** Dies with the session, so that it never outlives a failed or unknown commit. */
  private readonly members = new MemberCache();

  constructor(
    private readonly engine: Engine,
    private readonly client: pg.Client,
    private readonly lease: Lease,
    private floor: Floor,
    /** The log is the right one. */
    private readonly onVerified: () => Promise<void>,
    private readonly onCommitted: () => void,
  ) {
    client.on('error', (error) => this.queue?.fail(error));
    client.on('end', () => this.queue?.fail(new Error('the database closed the connection')));
  }

  async project(signal: AbortSignal): Promise<void> {
    const { engine, lease } = this;
    const head = await verifyLog(engine.log, lease.partition, this.floor);
    await rememberStream(this.client, lease, head);
    this.floor = { ...this.floor, streamCreatedAt: head.createdAt };
    this.headSequence = head.sequence;
    await this.onVerified();

    const queue = this.read();
    this.queue = queue;
    const beat = setInterval(() => void this.beat(), engine.limits.heartbeatMs);
    const stop = () => void queue.stop();
    signal.addEventListener('abort', stop);
    try {
      for (;;) {
        const batch = signal.aborted ? undefined : await queue.next();
        if (!batch) return;
        await this.commit(batch);
      }
    } finally {
      signal.removeEventListener('abort', stop);
      clearInterval(beat);
      await queue.stop().catch(() => undefined);
    }
  }

  /** From the message at the floor on, so that one and the same reader has proved where it stands. */
  private read(): BatchQueue {
    const { floor } = this;
    const reader = this.engine.log.read(this.lease.partition, Math.max(1, floor.sequence));
    if (floor.sequence === 0) return new BatchQueue(reader, this.engine.limits);
    return new BatchQueue(reader, this.engine.limits, (message) => verifyMessage(floor, message));
  }

  private async commit(batch: Batch): Promise<void> {
    const { engine, lease } = this;
    const started = performance.now();
    this.committing = true;
    try {
      const signs = { headSequence: this.headSequence, rate: this.rate.perSecond() };
      const { client, floor, members } = this;
      const applied = await commitLive({ engine, client, lease, floor, signs, members }, batch);
      await engine.failpoints.after_commit?.(lease.partition);
      await engine.failpoints.before_position?.(lease.partition);
      this.floor = {
        sequence: batch.sequence,
        batchId: batch.batchId,
        streamCreatedAt: this.floor.streamCreatedAt,
        projectedStoredAt: batch.storedAt,
      };
      this.tell(batch, applied, (performance.now() - started) / 1000);
    } finally {
      this.committing = false;
    }
    this.onCommitted();
  }

  private tell(batch: Batch, applied: Applied, seconds: number): void {
    const { metrics, log, logger } = this.engine;
    const { partition } = this.lease;
    this.rate.add(batch.events.length);
    metrics.projected.inc({ partition }, applied.projected);
    metrics.duplicates.inc({ partition }, applied.duplicates);
    metrics.flushes.inc({ partition, reason: batch.edge });
    metrics.batchEvents.observe(batch.events.length);
    metrics.commitSeconds.observe(seconds);
    metrics.lag.set({ partition }, Math.max(0, (this.headSequence ?? 0) - batch.sequence));
    for (const { reason } of applied.parked) metrics.deadLettered.inc({ partition, reason });
    if (applied.parked.length > 0) {
      const [{ position, reason, detail } = { position: undefined, reason: '', detail: '' }] = applied.parked;
      logger.warn(
        { partition, parked: applied.parked.length, first: { position, reason, detail } },
        'events were parked',
      );
    }
    if (applied.sites.length > 0) log.notify({ partition, sequence: batch.sequence, sites: applied.sites });
  }

  /** A sign of life and a look at the log. A batch in hand is a sign itself, and its transaction is not disturbed. */
  private async beat(): Promise<void> {
    const { engine, lease, floor } = this;
    try {
      this.headSequence = (await verifyLog(engine.log, lease.partition, floor)).sequence;
      engine.metrics.lag.set(
        { partition: lease.partition },
        Math.max(0, this.headSequence - this.floor.sequence),
      );
    } catch (error) {
      if (error instanceof PartitionStopped) this.queue?.fail(error);
      else
        engine.logger.debug(
          { partition: lease.partition, detail: messageOf(error) },
          'the log does not answer',
        );
    }
    if (this.committing) return;
    try {
      const signs = { headSequence: this.headSequence, rate: this.rate.perSecond() };
      await heartbeat(this.client, lease, signs, engine.limits.leaseMs);
    } catch (error) {
      if (error instanceof LeaseLost) this.queue?.fail(error);
      // Any other failure is the connection's, which says so itself.
    }
  }
}
