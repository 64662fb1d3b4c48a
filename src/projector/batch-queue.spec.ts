import { afterEach, expect, test, vi } from 'vitest';
import type { LogMessage, LogReader } from '#event-log/types.js';
import { BatchQueue } from './batch-queue.js';

const limits = { batchEvents: 10, batchBytes: 1_000_000, lingerMs: 20 };
/** Every line is unreadable, which is enough to be counted. */
const message = (sequence: number, lines: number, pending: number): LogMessage => ({
  partition: 0,
  sequence,
  batchId: `b${sequence}`,
  storedAt: sequence,
  payload: Buffer.from(Array.from({ length: lines }, () => 'x').join('\n')),
  pending,
});

/** Delivers what it is given, and counts what was asked of it. */
class Source implements LogReader {
  taken = 0;
  private readonly waiting: LogMessage[] = [];
  private wake: (() => void) | undefined;
  private ended = false;

  push(...messages: LogMessage[]): void {
    this.waiting.push(...messages);
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LogMessage, void, void> {
    while (!this.ended) {
      const next = this.waiting.shift();
      if (next) {
        this.taken++;
        yield next;
      } else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async stop(): Promise<void> {
    this.ended = true;
    this.wake?.();
  }
}

let queue: BatchQueue;
afterEach(() => queue.stop());

test('a batch closes when the log has nothing more', async () => {
  const source = new Source();
  queue = new BatchQueue(source, limits);
  source.push(message(1, 2, 1), message(2, 2, 0));
  await expect(queue.next()).resolves.toMatchObject({ sequence: 2, edge: 'caught_up' });
});

test('a batch closes when it is full, and reading ahead stops there', async () => {
  const source = new Source();
  queue = new BatchQueue(source, limits);
  source.push(...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => message(n, 5, 9)));
  await expect(queue.next()).resolves.toMatchObject({ sequence: 2, edge: 'events' });
  await vi.waitFor(() => expect(source.taken).toBe(4));
  await new Promise((resolve) => setImmediate(resolve));
  expect(source.taken).toBe(4);
});

test('a batch closes when its first message has lingered', async () => {
  const source = new Source();
  queue = new BatchQueue(source, limits);
  source.push(message(1, 1, 5));
  await expect(queue.next()).resolves.toMatchObject({ sequence: 1, edge: 'linger' });
});

test('a stop ends the waiting quietly, a failure with its reason', async () => {
  queue = new BatchQueue(new Source(), limits);
  const failing = queue.next();
  queue.fail(new Error('the lease is lost'));
  await expect(failing).rejects.toThrow('the lease is lost');
  queue = new BatchQueue(new Source(), limits);
  const waiting = queue.next();
  await queue.stop();
  await expect(waiting).resolves.toBeUndefined();
});

test('the first message is checked against the anchor and dropped', async () => {
  const source = new Source();
  const seen: number[] = [];
  queue = new BatchQueue(source, limits, (first) => seen.push(first.sequence));
  source.push(message(4, 1, 1), message(5, 1, 0));
  await expect(queue.next()).resolves.toMatchObject({ sequence: 5 });
  expect(seen).toEqual([4]);
});

test('a log that goes back is never projected', async () => {
  const source = new Source();
  queue = new BatchQueue(source, limits);
  source.push(message(4, 1, 3), message(3, 1, 3));
  await expect(queue.next()).rejects.toThrow('the log went back from 4 to 3');
});
