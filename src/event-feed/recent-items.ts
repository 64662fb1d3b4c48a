import type { EventLog } from '#event-log/event-log.js';
import { splitLines } from '#event-log/record-batch.js';
import type { LogMessage } from '#event-log/types.js';

import type { StoredItem } from './feed-item.js';
import type { CompiledWish } from './feed-wish.js';
import { itemOf } from './partition-tail.js';

/** How far back is looked, and how long the log may take for it. */
const messagesBack = 100;
const decodedBack = 2_000;
const withinMs = 2_000;

/** The last stored events of one partition that are wanted, up to the message at `last`; newest first. */
export async function recentItems(
  log: EventLog,
  { partition, last, wish, most }: { partition: number; last: number; wish: CompiledWish; most: number },
): Promise<StoredItem[]> {
  if (last === 0 || most === 0 || wish.wish.outcome === 'refused') return [];
  const found: StoredItem[] = [];
  let left = decodedBack;
  for (const { sequence, payload } of (await messagesBefore(log, partition, last)).reverse()) {
    for (const [ordinal, line] of [...splitLines(payload).entries()].reverse()) {
      if (found.length === most || left === 0) return found;
      if (!wish.mayWant(line)) continue;
      left--;
      const item = itemOf(line, { partition, sequence, ordinal });
      if (item && wish.wants(item)) found.push(item);
    }
  }
  return found;
}

async function messagesBefore(log: EventLog, partition: number, last: number): Promise<LogMessage[]> {
  const messages: LogMessage[] = [];
  const reader = log.read(partition, Math.max(1, last - messagesBack + 1), { maxMessages: messagesBack });
  // A log that is away just now would be waited for.
  const timer = setTimeout(() => void reader.stop(), withinMs);
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
