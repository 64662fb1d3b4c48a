import { ChangeStream } from './change-stream.js';
import { LogAway, type EventFeed, type FedItem, type FedWish } from './ports.js';

/** What waits for a slow subscriber, at most; what comes on top is counted and not kept. */
export const FEED_BOUNDS = { items: 200, bytes: 256 * 1024 } as const;
/** Milliseconds between two pushes: a reader's eye is no faster. */
const GAP_MS = 200;
/** Of an item without its longest fields. */
const USUAL_BYTES = 500;

/** Oldest first. */
export interface FeedBatch {
  readonly items: readonly FedItem[];
  /** Items since the push before that are not shown. */
  readonly skipped: number;
}

/** One subscriber's share of the feed: what there was is pushed at once, and then what comes. */
export function feedStream(feed: EventFeed, wish: FedWish, recent: number): ChangeStream<FeedBatch> {
  let waiting: FedItem[] = [];
  let bytes = 0;
  let skipped = 0;
  let failed = false;
  let ended = false;
  let stop: (() => void) | undefined;
  const listener = {
    item: (item: FedItem) => {
      const size = sizeOf(item);
      if (waiting.length >= FEED_BOUNDS.items || bytes + size > FEED_BOUNDS.bytes) skipped++;
      else {
        waiting.push(item);
        bytes += size;
      }
      stream.poke();
    },
    skipped: (count: number) => {
      skipped += count;
      stream.poke();
    },
    failed: () => {
      failed = true;
      stream.poke();
    },
  };
  const opened = feed.follow(wish, listener, recent).then((following) => {
    stop = () => following.stop();
    if (ended) stop();
    return following.recent;
  });
  // Whoever reads the stream hears of it; one that ended before has no reader.
  opened.catch(() => undefined);
  let first = true;
  const look = async (): Promise<FeedBatch | undefined> => {
    const before = first ? newest(await opened) : [];
    if (failed) throw new LogAway();
    if (!first && waiting.length === 0 && skipped === 0) return undefined;
    first = false;
    const batch = { items: [...before, ...waiting], skipped };
    waiting = [];
    bytes = 0;
    skipped = 0;
    return batch;
  };
  const stream = new ChangeStream(
    look,
    () => {
      ended = true;
      stop?.();
    },
    GAP_MS,
  );
  return stream;
}

/** As many of the newest as may wait; all of them are oldest first. */
function newest(items: readonly FedItem[]): readonly FedItem[] {
  let bytes = 0;
  const first = items.findLastIndex((item) => (bytes += sizeOf(item)) > FEED_BOUNDS.bytes);
  return items.slice(first + 1);
}

function sizeOf({ stored, refused, path }: FedItem): number {
  const properties = stored?.properties ? JSON.stringify(stored.properties).length : 0;
  const texts = (path?.length ?? 0) + (stored?.url?.length ?? 0) + (stored?.referrer?.length ?? 0);
  const faults = refused?.messages ?? stored?.warnings ?? [];
  return USUAL_BYTES + texts + properties + faults.join('').length;
}
