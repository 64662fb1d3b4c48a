import type { LogMessage, LogReader } from '#event-log/types.js';

/** Bytes handed out, in some milliseconds, before sockets and timers get their turn: a buffered read never waits by itself. */
const UNDISTURBED = 128 * 1024;

/**
 * Hands out a reader's messages one by one, as they are: where nothing is decoded ahead, events die young, and collecting
 * the older ones had taken a fifth of a rebuild.
 */
export class LogCursor {
  private waiting: LogMessage | undefined;
  private failure: Error | undefined;
  private stopped = false;
  private wake: (() => void) | undefined;
  private resume: (() => void) | undefined;

  constructor(private readonly reader: LogReader) {
    void this.pump();
  }

  /**
   * Waits for the next message, at most so many milliseconds. Undefined once the time is over, where the next one lies
   * behind `upTo`, and once the cursor was stopped. Rejects when the reader fails or ends, and after `fail`.
   */
  async next(upTo: number, within = Infinity): Promise<LogMessage | undefined> {
    const until = performance.now() + within;
    for (;;) {
      if (this.failure) throw this.failure;
      if (this.stopped) return undefined;
      const message = this.waiting;
      if (message) {
        if (message.sequence > upTo) return undefined;
        this.waiting = undefined;
        this.resume?.();
        return message;
      }
      const left = until - performance.now();
      if (left <= 0) return undefined;
      await this.change(left);
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
        if (message.sequence <= last)
          throw new Error(`the log went back from ${last} to ${message.sequence}`);
        last = message.sequence;
        if ((undisturbed += message.payload.byteLength) > UNDISTURBED) {
          undisturbed = 0;
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (this.stopped) return;
        this.waiting = message;
        this.wake?.();
        await new Promise<void>((resolve) => (this.resume = resolve));
      }
      if (!this.stopped) this.fail(new Error('the reader ended'));
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async change(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (milliseconds < Infinity) timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
    this.wake = undefined;
  }
}
