import { randomUUID } from 'node:crypto';
import type { Metrics } from '#telemetry/metrics.js';
import type { Publication, PublishOutcome } from './publisher.js';
import { joinLines } from './record-batch.js';
import { eventsStream, eventsSubject } from './streams.js';
import type { AppendLimits, AppendOutcome, AppendRefusal } from './types.js';

export const defaultLimits: AppendLimits = {
  batchEvents: 500,
  batchBytes: 128 * 1024,
  inFlight: 8,
  alongside: 100,
  pendingEvents: 32_768,
  pendingBytes: 64 * 1024 * 1024,
  overloadedAfter: 500,
  tryTimeout: 1400,
  totalTimeout: 4300,
};

export const maxEventBytes = 32 * 1024;

/** What waits or is on its way, shared by the partitions of a log. */
export interface Pending {
  events: number;
  bytes: number;
  /** When a record batch was refused and none was stored since (`performance.now()`). */
  refusedAt?: number | undefined;
}

/** Milliseconds that a refused batch says more than a probe, which may still fit where events do not. */
const refusalCounts = 3_000;

interface Waiting {
  readonly line: string;
  readonly bytes: number;
  readonly since: number;
  readonly queuedAt: number;
  readonly answer: (outcome: AppendOutcome) => void;
}

export interface GroupCommitOptions {
  readonly partition: number;
  readonly limits: AppendLimits;
  readonly pending: Pending;
  readonly metrics: Metrics;
  publish(message: Publication): Promise<PublishOutcome>;
}

/**
 * Group commit of one partition: a message takes whatever came in while the one before it was being synced, so
 * batches grow with the load by themselves and a lone event waits for nobody. Another message goes out beside it only
 * when it is worth one: each costs a sync, and two small ones in flight took 15 % off the tracking calls of 64 clients.
 */
export class GroupCommit {
  private queue: Waiting[] = [];
  private queuedBytes = 0;
  private inFlight = 0;
  private scheduled = false;
  private idle: (() => void) | undefined;
  /** When the log last stored something, and since when it has done so without a long pause (`performance.now()`). */
  private storedAt = 0;
  private storingSince = 0;

  constructor(private readonly options: GroupCommitOptions) {}

  append(line: string, since: number): Promise<AppendOutcome> {
    return new Promise((answer) => this.enqueue(line, since, answer));
  }

  /** An outcome for each line, at its index: one promise for all of them, not one each. */
  appendAll(lines: readonly string[], since: number): Promise<AppendOutcome[]> {
    return new Promise((answer) => {
      const outcomes = new Array<AppendOutcome>(lines.length);
      let missing = lines.length;
      if (missing === 0) answer(outcomes);
      lines.forEach((line, index) =>
        this.enqueue(line, since, (outcome) => {
          outcomes[index] = outcome;
          if (--missing === 0) answer(outcomes);
        }),
      );
    });
  }

  private enqueue(line: string, since: number, answer: Waiting['answer']): void {
    const { pending, limits } = this.options;
    const bytes = Buffer.byteLength(line);
    if (bytes > maxEventBytes) return answer(refused('event_too_large'));
    if (pending.events >= limits.pendingEvents || pending.bytes + bytes > limits.pendingBytes) {
      return answer(refused('log_overloaded'));
    }
    if (this.overloaded()) return answer(refused('log_overloaded'));
    pending.events++;
    pending.bytes += bytes;
    this.queue.push({ line, bytes, since, queuedAt: performance.now(), answer });
    this.queuedBytes += bytes + 1;
    this.schedule();
  }

  /**
   * More comes than the log stores: it does store, and yet whoever is first has waited for long. A log that stores nothing
   * may be back in a moment, and what comes meanwhile is kept within the bounds.
   */
  private overloaded(): boolean {
    const [first] = this.queue;
    if (first === undefined || this.storedAt <= first.queuedAt) return false;
    const { overloadedAfter } = this.options.limits;
    return performance.now() - Math.max(first.queuedAt, this.storingSince) > overloadedAfter;
  }

  /** Resolves when nothing waits or is on its way. */
  async drained(): Promise<void> {
    if (this.queue.length === 0 && this.inFlight === 0) return;
    await new Promise<void>((resolve) => (this.idle = resolve));
  }

  // After the I/O of this turn of the event loop: requests that were read together share a message.
  private schedule(): void {
    if (this.scheduled || !this.mayCommit()) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.mayCommit()) void this.commit(this.take());
    });
  }

  private mayCommit(): boolean {
    const { inFlight, alongside, batchBytes } = this.options.limits;
    if (this.inFlight === 0) return this.queue.length > 0;
    return this.inFlight < inFlight && (this.queue.length >= alongside || this.queuedBytes >= batchBytes);
  }

  private take(): Waiting[] {
    const { batchEvents, batchBytes } = this.options.limits;
    let bytes = 0;
    let count = 0;
    for (const waiting of this.queue) {
      if (count === batchEvents || (count > 0 && bytes + waiting.bytes + 1 > batchBytes)) break;
      bytes += waiting.bytes + 1;
      count++;
    }
    this.queuedBytes -= bytes;
    // splice copies the rest of a long queue; a queue within one batch is handed over whole.
    if (count < this.queue.length) return this.queue.splice(0, count);
    const all = this.queue;
    this.queue = [];
    return all;
  }

  private async commit(batch: Waiting[]): Promise<void> {
    const { partition, limits, metrics } = this.options;
    this.inFlight++;
    metrics.appendBatch.observe(batch.length);
    const outcome = await this.options.publish({
      stream: eventsStream(partition),
      subject: eventsSubject(partition),
      payload: joinLines(batch.map((waiting) => waiting.line)),
      id: randomUUID(),
      deadline: Math.min(...batch.map((waiting) => waiting.since)) + limits.totalTimeout,
    });
    this.inFlight--;
    this.options.pending.refusedAt = outcome.stored ? undefined : performance.now();
    if (outcome.stored) {
      const { sequence } = outcome;
      const now = performance.now();
      if (now - this.storedAt > limits.overloadedAfter) this.storingSince = now;
      this.storedAt = now;
      batch.forEach((waiting, ordinal) =>
        this.answer(waiting, { stored: true, position: { partition, sequence, ordinal } }),
      );
    } else {
      // `conflict` cannot come: no sequence is expected here.
      const refusal = refused(outcome.reason === 'conflict' ? 'log_unavailable' : outcome.reason);
      for (const waiting of batch) this.answer(waiting, refusal);
    }
    if (this.queue.length > 0) this.schedule();
    else if (this.inFlight === 0) this.idle?.();
  }

  private answer(waiting: Waiting, outcome: AppendOutcome): void {
    this.options.pending.events--;
    this.options.pending.bytes -= waiting.bytes;
    waiting.answer(outcome);
  }
}

/** Those of all partitions, with one bound on what waits. */
export class GroupCommits {
  private readonly commits = new Map<number, GroupCommit>();
  private readonly pending: Pending = { events: 0, bytes: 0 };

  constructor(private readonly options: Omit<GroupCommitOptions, 'partition' | 'pending'>) {}

  of(partition: number): GroupCommit {
    let commit = this.commits.get(partition);
    if (commit === undefined) {
      commit = new GroupCommit({ ...this.options, partition, pending: this.pending });
      this.commits.set(partition, commit);
    }
    return commit;
  }

  /** Whether the log has refused events in the last seconds and stored none since. */
  get refused(): boolean {
    const { refusedAt } = this.pending;
    return refusedAt !== undefined && performance.now() - refusedAt < refusalCounts;
  }

  /** Resolves when nothing waits or is on its way. */
  async drained(): Promise<void> {
    await Promise.all([...this.commits.values()].map((commit) => commit.drained()));
  }
}

function refused(reason: AppendRefusal): AppendOutcome {
  return { stored: false, reason };
}
