import type { EventLog } from '#event-log/event-log.js';
import { splitLines } from '#event-log/record-batch.js';
import type { LogMessage, LogReader } from '#event-log/types.js';
import { decodeEvent } from '#events/codec.js';

import { storedItem, type FeedItem, type StoredItem } from './feed-item.js';
import type { CompiledWish } from './feed-wish.js';

/** Events that are decoded in one window of this many milliseconds; those of further lines count as skipped. */
const decodedInWindow = 500;
const windowMs = 500;

/** Who is told of what. Neither may throw. */
export interface FeedListener {
  readonly item: (item: FeedItem) => void;
  /** So many items that were perhaps wanted were not looked at. */
  readonly skipped: (count: number) => void;
}

export interface TailFollower extends FeedListener {
  readonly wish: CompiledWish;
}

/** The end of one partition as it grows: one read, whoever follows it. */
export class PartitionTail {
  private readonly reader: LogReader;
  private windowEnds = 0;
  private left = 0;

  private constructor(
    readonly partition: number,
    /** Sequence of the last message that the followers heard of. */
    public last: number,
    log: EventLog,
    private readonly followers: () => Iterable<TailFollower>,
    failed: (error: unknown) => void,
  ) {
    this.reader = log.read(partition, last + 1);
    this.run().catch(failed);
  }

  /** From the next message on, or from the one behind `last`. Throws when the log does not answer. */
  static async start(
    log: EventLog,
    partition: number,
    o: { followers: () => Iterable<TailFollower>; failed: (error: unknown) => void; last?: number },
  ): Promise<PartitionTail> {
    const last = o.last ?? (await log.head(partition)).sequence;
    return new PartitionTail(partition, last, log, o.followers, o.failed);
  }

  async stop(): Promise<void> {
    await this.reader.stop();
  }

  private async run(): Promise<void> {
    for await (const message of this.reader) {
      this.show(message);
      this.last = message.sequence;
    }
  }

  private show({ sequence, payload }: LogMessage): void {
    const followers = [...this.followers()];
    if (followers.length === 0) return;
    for (const [ordinal, line] of splitLines(payload).entries()) {
      const eager = followers.filter(({ wish }) => wish.mayWant(line));
      if (eager.length === 0) continue;
      if (!this.mayDecode()) {
        for (const each of eager) each.skipped(1);
        continue;
      }
      const item = itemOf(line, { partition: this.partition, sequence, ordinal });
      if (item) for (const each of eager) if (each.wish.wants(item)) each.item(item);
    }
  }

  private mayDecode(): boolean {
    const now = performance.now();
    if (now >= this.windowEnds) {
      this.windowEnds = now + windowMs;
      this.left = decodedInWindow;
    }
    return this.left-- > 0;
  }
}

/** Undefined for a line that is no event: it is among the dead letters. */
export function itemOf(line: string, position: StoredItem['position']): StoredItem | undefined {
  const decoded = decodeEvent(line);
  return decoded.ok ? storedItem(decoded.event, position) : undefined;
}
