import { setImmediate } from 'node:timers/promises';

import type { EventLog } from '#event-log/event-log.js';
import { splitLines } from '#event-log/record-batch.js';
import type { LogMessage } from '#event-log/types.js';

import type { StoredItem } from './feed-item.js';
import type { CompiledWish } from './feed-wish.js';
import { itemOf } from './partition-tail.js';

/** How far back is looked: in each partition, and in all of them together. */
const messagesBack = 100;
const decodedBack = 2_000;
const bytesBack = 4 * 1024 * 1024;
/** How long the log may take for all of it. */
const withinMs = 2_000;
/** What is in memory at once: of messages about as large as the last ones were, as many as fit. */
const stepBytes = 1024 * 1024;
const usualBytes = 128 * 1024;

export interface RecentWish {
  /** Sequence of the last message of before, 0 for none; one for each partition. */
  readonly places: readonly { readonly partition: number; readonly last: number }[];
  readonly wish: CompiledWish;
  /** Of each partition. */
  readonly most: number;
  /** Asked between the steps: whether anybody waits for it still. */
  readonly wanted: () => boolean;
}

/** The last stored events that are wanted, newest first in each partition; read backwards, a small step at a time. */
export async function recentItems(log: EventLog, o: RecentWish): Promise<StoredItem[]> {
  if (o.most === 0 || o.wish.wish.outcome === 'refused') return [];
  const until = performance.now() + withinMs;
  const goesOn = () => o.wanted() && performance.now() < until;
  const found: StoredItem[] = [];
  let left = bytesBack;
  for (const [index, place] of o.places.entries()) {
    // What one partition leaves is for those behind it.
    const share = left / (o.places.length - index);
    const { items, bytes } = await lookBack(log, { ...o, ...place, share, until, goesOn });
    found.push(...items);
    left -= bytes;
  }
  return found;
}

interface LookBack extends Omit<RecentWish, 'places' | 'wanted'> {
  readonly partition: number;
  readonly last: number;
  /** Bytes to read, about. */
  readonly share: number;
  readonly until: number;
  readonly goesOn: () => boolean;
}

async function lookBack(log: EventLog, o: LookBack): Promise<{ items: StoredItem[]; bytes: number }> {
  const items: StoredItem[] = [];
  const first = Math.max(1, o.last - messagesBack + 1);
  let { last } = o;
  let bytes = 0;
  let usual = usualBytes;
  let decodes = decodedBack;
  while (last >= first && bytes < o.share && o.goesOn()) {
    const fitting = Math.floor(Math.min(stepBytes, o.share - bytes) / usual);
    const from = Math.max(first, last - Math.max(1, fitting) + 1);
    const messages = await messagesBetween(log, { ...o, from, last });
    const size = messages.reduce((sum, { payload }) => sum + payload.byteLength, 0);
    for (const { sequence, payload } of messages.reverse()) {
      for (const [ordinal, line] of [...splitLines(payload).entries()].reverse()) {
        if (items.length === o.most || decodes === 0) return { items, bytes: bytes + size };
        if (!o.wish.mayWant(line)) continue;
        decodes--;
        const item = itemOf(line, { partition: o.partition, sequence, ordinal });
        if (item && o.wish.wants(item)) items.push(item);
      }
      // Whoever sends events meanwhile is not to wait for it.
      await setImmediate();
    }
    bytes += size;
    usual = Math.max(1, size / Math.max(1, messages.length));
    last = from - 1;
  }
  return { items, bytes };
}

/** Oldest first; fewer where the log does not answer in time. */
async function messagesBetween(
  log: EventLog,
  { partition, from, last, until }: { partition: number; from: number; last: number; until: number },
): Promise<LogMessage[]> {
  const messages: LogMessage[] = [];
  const reader = log.read(partition, from, { maxMessages: last - from + 1, maxBytes: stepBytes });
  // A log that is away just now would be waited for.
  const timer = setTimeout(() => void reader.stop(), until - performance.now());
  try {
    for await (const message of reader) {
      if (message.sequence <= last) messages.push(message);
      if (message.sequence >= last || message.pending === 0) break;
    }
  } finally {
    clearTimeout(timer);
  }
  return messages;
}
