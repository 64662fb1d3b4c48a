import type { EventLog } from '#event-log/event-log.js';
import { ANY_SITE, type RefusalNotice } from '#event-log/refusal-notices.js';
import type { Logger } from '#telemetry/logger.js';

import { refusedCall, type FeedItem, type StoredItem } from './feed-item.js';
import { compileWish, type FeedWish } from './feed-wish.js';
import { PartitionTail, type FeedListener, type TailFollower } from './partition-tail.js';
import { recentItems } from './recent-items.js';
import { RecentWarnings } from './recent-warnings.js';
import { Turns } from './turns.js';

/** Milliseconds between two looks for partitions that were added. */
const partitionsEvery = 1_000;
/** Each holds some megabytes while it reads. */
const looksBackAtOnce = 2;

export interface FeedFollower extends FeedListener {
  /** Nothing more comes: the log cannot be read on. */
  readonly failed: () => void;
}

export interface Following {
  /** The last stored events of before, newest first. */
  recent(most: number): Promise<StoredItem[]>;
  readonly stop: () => void;
}

interface Follower extends FeedFollower, TailFollower {
  /** Undefined: all there are. */
  readonly partition: number | undefined;
  readonly wantsStored: boolean;
  /** Until then its partitions are still being opened. */
  active: boolean;
}

/**
 * What becomes of events, as it happens, for whoever follows: stored ones from the log's end, whichever process stored
 * them, and refused ones from every process. While nobody follows, nothing is read.
 */
export class EventFeed {
  private readonly followers = new Set<Follower>();
  private readonly tails = new Map<number, Promise<PartitionTail>>();
  private stopRefusals: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private partitions = 0;
  private readonly looksBack = new Turns(looksBackAtOnce);
  private readonly warnings: RecentWarnings;

  constructor(
    private readonly log: EventLog,
    private readonly partitionOf: (siteId: string) => number | undefined,
    private readonly logger: Logger,
  ) {
    this.warnings = new RecentWarnings(log);
  }

  /** Every wanted item from now on is offered to `listener`. Throws when the log does not answer. */
  async follow(asked: FeedWish, listener: FeedFollower): Promise<Following> {
    const wish = compileWish(asked);
    const follower: Follower = {
      ...listener,
      item: (item: FeedItem) => listener.item(item.outcome === 'stored' ? this.warnings.addTo(item) : item),
      wish,
      // A site without events may come to live anywhere.
      partition: asked.site === undefined ? undefined : this.partitionOf(asked.site),
      wantsStored: asked.outcome !== 'refused',
      active: false,
    };
    this.followers.add(follower);
    this.stopRefusals ??= this.log.refusals.listen((notice) => this.showRefusals(notice));
    this.watchPartitions();
    let tails: PartitionTail[];
    try {
      tails = await Promise.all(this.partitionsOf(follower).map((partition) => this.tail(partition)));
    } catch (error) {
      this.drop(follower);
      throw error;
    }
    follower.active = true;
    // What comes from here on is offered, so what was is up to here.
    const before = tails.map((tail) => ({ partition: tail.partition, last: tail.last }));
    return {
      recent: (most) => this.recent(follower, before, most),
      stop: () => this.drop(follower),
    };
  }

  private async recent(
    follower: Follower,
    places: readonly { partition: number; last: number }[],
    most: number,
  ): Promise<StoredItem[]> {
    const wanted = () => this.followers.has(follower);
    const { wish } = follower;
    const found = await this.looksBack.take(() => recentItems(this.log, { places, wish, most, wanted }));
    const newest = found.sort((a, b) => b.at - a.at || b.position.sequence - a.position.sequence);
    return newest.slice(0, most).map((item) => this.warnings.addTo(item));
  }

  private partitionsOf({ wantsStored, partition }: Follower): number[] {
    if (!wantsStored) return [];
    return partition === undefined ? Array.from({ length: this.partitions }, (_, p) => p) : [partition];
  }

  private tail(partition: number, last?: number): Promise<PartitionTail> {
    let tail = this.tails.get(partition);
    if (tail === undefined) {
      tail = PartitionTail.start(this.log, partition, {
        followers: () => this.followersOf(partition),
        failed: (error) => this.fail(partition, error),
        ...(last !== undefined && { last }),
      });
      this.tails.set(partition, tail);
      // Asked again by the next one who wants it.
      const asked = tail;
      tail.catch(() => {
        if (this.tails.get(partition) === asked) this.tails.delete(partition);
      });
    }
    return tail;
  }

  private *followersOf(partition: number): Generator<Follower> {
    for (const each of this.followers) {
      if (each.active && each.wantsStored && (each.partition ?? partition) === partition) yield each;
    }
  }

  private fail(partition: number, error: unknown): void {
    this.logger.error({ err: error, partition }, 'the live feed cannot read the log on');
    for (const each of [...this.followersOf(partition)]) each.failed();
    this.tails.delete(partition);
  }

  private drop(follower: Follower): void {
    this.followers.delete(follower);
    const wanted = new Set([...this.followers].flatMap((each) => this.partitionsOf(each)));
    for (const [partition, tail] of this.tails) {
      if (wanted.has(partition)) continue;
      this.tails.delete(partition);
      void tail.then((started) => started.stop()).catch(() => undefined);
    }
    if (this.followers.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.stopRefusals?.();
    this.stopRefusals = undefined;
  }

  /** Those that are added while somebody follows all of them are read from their beginning. */
  private watchPartitions(): void {
    if (this.timer !== undefined) return;
    this.partitions = this.log.partitions;
    this.timer = setInterval(() => {
      for (; this.partitions < this.log.partitions; this.partitions++) {
        const all = [...this.followers].some((each) => each.wantsStored && each.partition === undefined);
        if (all) this.tail(this.partitions, 0).catch(() => undefined);
      }
    }, partitionsEvery).unref();
  }

  private showRefusals({ refusals, untold }: RefusalNotice): void {
    for (const each of this.followers) {
      if (each.wish.wish.outcome === 'stored') continue;
      for (const item of refusals.map(refusedCall)) if (each.wish.wants(item)) each.item(item);
      const skipped = untoldFor(each.wish.wish, untold);
      if (skipped > 0) each.skipped(skipped);
    }
  }
}

/** How many there were of those that the wish may be about; of which site some are is not told, so nobody in particular has them. */
function untoldFor({ site, withoutSite, sees }: FeedWish, untold: RefusalNotice['untold']): number {
  const names = site === undefined ? Object.keys(untold) : [site, ANY_SITE, ...(withoutSite ? [''] : [])];
  return (
    names
      .filter((name) => sees?.(name === '' ? undefined : name) !== false)
      // A site may be named as what every object has.
      .reduce((sum, name) => sum + (Object.hasOwn(untold, name) ? (untold[name] ?? 0) : 0), 0)
  );
}
