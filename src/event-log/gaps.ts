import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import { LogGapError } from './types.js';

/**
 * Decides whether a jump in the stream's sequence is legal: only where the stream's own list says that each missing
 * message was deleted. The list is asked for again only when it does not explain a jump yet.
 */
export class GapRule {
  private deleted = new Set<number>();

  constructor(
    private readonly jsm: JetStreamManager,
    private readonly stream: string,
  ) {}

  /** @throws LogGapError where the list does not hold all of `from` to `to` (both inclusive). */
  async explain(from: number, to: number): Promise<void> {
    if (this.missing(from, to) === undefined) return;
    const { state } = await this.jsm.streams.info(this.stream, { deleted_details: true });
    // A server that found a damaged block at its start lists what was in it among the deleted ones.
    const lost = state.lost?.bytes ?? 0;
    this.deleted = new Set(lost > 0 ? [] : (state.deleted ?? []));
    const missing = this.missing(from, to);
    if (missing === undefined) return;
    const why =
      lost > 0
        ? `the server says that it lost ${lost} bytes of the stream`
        : `message ${missing} is not among its deleted ones`;
    throw new LogGapError(
      `${this.stream} delivered nothing for sequences ${from} to ${to}, and ${why}: messages of the log are missing. ` +
        'Restore the stream from a backup.',
      'gap',
      { first: from, last: to },
    );
  }

  private missing(from: number, to: number): number | undefined {
    for (let sequence = from; sequence <= to; sequence++) if (!this.deleted.has(sequence)) return sequence;
    return undefined;
  }
}

/** What a reader remembers of the stream it reads from, to notice that it is another one after a reconnect. */
export class StreamIdentity {
  private createdAt: string | undefined;
  private last = 0;
  private batchId = '';

  constructor(
    private readonly jsm: JetStreamManager,
    private readonly stream: string,
  ) {}

  delivered(sequence: number, batchId: string): void {
    this.last = sequence;
    this.batchId = batchId;
  }

  /**
   * JetStream re-uses sequences after a damaged tail, and a re-created stream begins at 1 again.
   * @throws LogGapError when this is not the log that was read before.
   */
  async check(info: StreamInfo): Promise<void> {
    this.createdAt ??= info.created;
    if (info.created !== this.createdAt) {
      throw this.changed(`it was created at ${info.created}, not at ${this.createdAt}`);
    }
    if (this.last === 0) return;
    if (info.state.last_seq < this.last) {
      throw this.changed(`it ends at ${info.state.last_seq}, but ${this.last} was already delivered`);
    }
    const message = await this.jsm.streams.getMessage(this.stream, { seq: this.last });
    // Null: deleted since, which an erasure may do.
    if (message && message.header.get('Nats-Msg-Id') !== this.batchId) {
      throw this.changed(`it holds another message at ${this.last} than the one delivered before`);
    }
  }

  private changed(how: string): LogGapError {
    return new LogGapError(`${this.stream} is not the log that was read until now: ${how}.`, 'changed');
  }
}
