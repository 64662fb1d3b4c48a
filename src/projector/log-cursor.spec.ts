import { afterEach, expect, it } from 'vitest';
import type { LogMessage, LogReader } from '#event-log/types.js';
import { LogCursor } from './log-cursor.js';

const message = (sequence: number): LogMessage => ({
  partition: 0,
  sequence,
  batchId: `b${sequence}`,
  storedAt: sequence,
  payload: Buffer.alloc(50_000),
  pending: 0,
});

/** Delivers what it is given; `undefined` ends it. */
class Source implements LogReader {
  private readonly waiting: (LogMessage | undefined)[] = [];
  private wake: (() => void) | undefined;
  private ended = false;

  push(...messages: (LogMessage | undefined)[]): void {
    this.waiting.push(...messages);
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LogMessage, void, void> {
    while (!this.ended) {
      if (this.waiting.length > 0) {
        const next = this.waiting.shift();
        if (!next) return;
        yield next;
      } else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  stop(): Promise<void> {
    this.ended = true;
    this.wake?.();
    return Promise.resolve();
  }
}

let cursor: LogCursor;
const open = (...sequences: number[]): Source => {
  const source = new Source();
  cursor = new LogCursor(source);
  source.push(...sequences.map(message));
  return source;
};
const next = async (upTo = Infinity, within = Infinity) => (await cursor.next(upTo, within))?.sequence;

afterEach(() => cursor.stop());

it('hands out every message once, in order, also those that come while it waits', async () => {
  const source = open(1, 2, 3, 4);
  for (const sequence of [1, 2, 3, 4]) expect(await next()).toBe(sequence);
  const waiting = next();
  source.push(message(7));
  expect(await waiting).toBe(7);
});

it('keeps what lies behind the end that was asked for', async () => {
  open(1, 5);
  expect(await next(3)).toBe(1);
  expect(await next(3)).toBeUndefined();
  expect(await next(5)).toBe(5);
});

it('waits no longer than it may', async () => {
  const source = open();
  expect(await next(Infinity, 5)).toBeUndefined();
  source.push(message(1));
  expect(await next()).toBe(1);
});

it('lets timers have their turn between buffered messages', async () => {
  open(...Array.from({ length: 40 }, (_, i) => i + 1));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  for (let i = 0; i < 40; i++) {
    await next();
    const until = performance.now() + 2;
    while (performance.now() < until);
  }
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

it('refuses a log that goes back', async () => {
  open(4, 3);
  expect(await next()).toBe(4);
  await expect(next()).rejects.toThrow('the log went back from 4 to 3');
});

it('rejects when the reader ends and when it is told to, and says nothing once it is stopped', async () => {
  const source = open();
  const ended = expect(next()).rejects.toThrow('the reader ended');
  source.push(undefined);
  await ended;
  open();
  const failed = expect(next()).rejects.toThrow('gone');
  cursor.fail(new Error('gone'));
  await failed;
  open();
  const stopped = next();
  await cursor.stop();
  expect(await stopped).toBeUndefined();
});
