import type { LogMessage, LogReader } from '#event-log/types.js';
import { batchOf, decodeMessage, type Batch, type DecodedMessage, type Edge } from './batch.js';
import type { Limits } from './engine.js';

/** Bytes decoded, in some milliseconds, before sockets and timers get their turn: a buffered read never waits by itself. */
const UNDISTURBED = 256 * 1024;

/**
 * Reads and decodes ahead, at most one batch's worth, while the caller commits the batch before: `next()` closes a
 * batch at its edge (events, bytes, caught up with the log, or linger).
 */
export class BatchQueue {
  private messages: DecodedMessage[] = [];
  private events = 0;
  private bytes = 0;
  private firstAt = 0;
  private takenAt = -Infinity;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;
  private resume: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly reader: LogReader,
    private readonly limits: Pick<Limits, 'batchEvents' | 'batchBytes' | 'lingerMs'>,
    /** Checks the first message, which is then dropped: the one at the checkpoint, read by this very reader. */
    private readonly anchor?: (message: LogMessage) => void,
  ) {
    void this.pump();
  }

  /** Waits for the next batch. Undefined once the queue was stopped. Rejects when the reader fails or ends, and after `fail`. */
  async next(): Promise<Batch | undefined> {
    for (;;) {
      if (this.failure) throw this.failure;
      if (this.stopped) return undefined;
      const edge = this.edge();
      if (edge) return this.take(edge);
      await this.change();
    }
  }

  /** Makes the waiting `next` reject, for a reason that lies outside the reader. */
  fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.resume?.();
    this.wake?.();
    await this.reader.stop();
  }

  private async pump(): Promise<void> {
    try {
      let last = 0;
      let undisturbed = 0;
      for await (const message of this.reader) {
        if (this.stopped) return;
        if (message.sequence <= last)
          throw new Error(`the log went back from ${last} to ${message.sequence}`);
        const first = last === 0;
        last = message.sequence;
        if (first && this.anchor) {
          this.anchor(message);
          continue;
        }
        this.add(decodeMessage(message));
        if ((undisturbed += message.payload.byteLength) > UNDISTURBED) {
          undisturbed = 0;
          await new Promise((resolve) => setImmediate(resolve));
        }
        while (this.isFull() && !this.stopped) await new Promise<void>((resolve) => (this.resume = resolve));
      }
      if (!this.stopped) this.fail(new Error('the reader ended'));
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private add(message: DecodedMessage): void {
    if (this.messages.length === 0) this.firstAt = performance.now();
    this.messages.push(message);
    this.events += message.events.length + message.unreadable.length;
    this.bytes += message.bytes;
    this.wake?.();
  }

  private isFull(): boolean {
    return this.events >= this.limits.batchEvents || this.bytes >= this.limits.batchBytes;
  }

  private edge(): Edge | undefined {
    const last = this.messages.at(-1);
    if (!last) return undefined;
    if (this.events >= this.limits.batchEvents) return 'events';
    if (this.bytes >= this.limits.batchBytes) return 'bytes';
    if (this.untilDue(last) > 0) return undefined;
    return last.pending === 0 ? 'caught_up' : 'linger';
  }

  /**
   * Milliseconds. A lone event is due at once; under a steady stream a commit for every few events would cost the tracking
   * calls a fifth of the machine, so batches that have caught up with the log keep the linger between them as well.
   */
  private untilDue(last: DecodedMessage): number {
    const since = last.pending === 0 ? this.takenAt : this.firstAt;
    return since + this.limits.lingerMs - performance.now();
  }

  private take(edge: Edge): Batch {
    const taken = this.messages;
    this.messages = [];
    this.events = 0;
    this.bytes = 0;
    this.firstAt = this.takenAt = performance.now();
    this.resume?.();
    return batchOf(taken, edge);
  }

  /** Resolves at the next message or failure, and no later than the linger allows where something waits. */
  private async change(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      const last = this.messages.at(-1);
      if (last) timer = setTimeout(resolve, Math.max(0, this.untilDue(last)));
    });
    clearTimeout(timer);
    this.wake = undefined;
  }
}
