import { vi } from 'vitest';
import type { EventLog } from '#event-log/event-log.js';
import type { LogMessage, LogReader } from '#event-log/types.js';

/** Tells the sequence of every message that a reader of the log is handed from now on. @returns what ends that */
export function watchReads(log: EventLog, seen: (sequence: number) => unknown): () => void {
  const real = log.read.bind(log);
  const spy = vi.spyOn(log, 'read').mockImplementation((...args): LogReader => {
    const reader = real(...args);
    return {
      stop: () => reader.stop(),
      async *[Symbol.asyncIterator](): AsyncGenerator<LogMessage, void, void> {
        for await (const message of reader) {
          seen(message.sequence);
          yield message;
        }
      },
    };
  });
  return () => spy.mockRestore();
}
