import { describe, expect, test } from 'vitest';

import { ChangeStream } from './change-stream.js';

describe('a change stream', () => {
  test('yields at once, then once for however many pokes', async () => {
    let count = 0;
    const stream = new ChangeStream(
      async () => ++count,
      () => undefined,
      20,
    );
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    stream.poke();
    stream.poke();
    const start = performance.now();
    expect(await stream.next()).toEqual({ done: false, value: 2 });
    expect(performance.now() - start).toBeGreaterThan(10);
    const third = stream.next();
    expect(await Promise.race([third, Promise.resolve('waiting')])).toBe('waiting');
    stream.poke();
    expect(await third).toEqual({ done: false, value: 3 });
  });

  test('pauses longer where a push takes longer', async () => {
    const stream = new ChangeStream(
      async () => true,
      () => undefined,
      1,
    );
    await stream.next();
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const took = performance.now() - start;
    stream.poke();
    await stream.next();
    expect(performance.now() - start).toBeGreaterThan(1.5 * took);
  });

  test('a poke while it looks is not lost', async () => {
    const seen: string[] = [];
    let value = 'old';
    const stream: ChangeStream<string> = new ChangeStream(
      async () => {
        const read = value;
        if (seen.length === 0) {
          value = 'new';
          stream.poke();
        }
        seen.push(read);
        return read;
      },
      () => undefined,
      0,
    );
    expect((await stream.next()).value).toBe('old');
    expect((await stream.next()).value).toBe('new');
  });

  test('ends while it waits, and says so once', async () => {
    let ends = 0;
    const stream = new ChangeStream(
      async () => undefined,
      () => ends++,
    );
    const waiting = stream.next();
    await stream.return();
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(ends).toBe(1);
  });

  test('ends where it cannot look, and throws what it met', async () => {
    let ends = 0;
    const stream = new ChangeStream(
      () => Promise.reject(new Error('away')),
      () => ends++,
    );
    await expect(stream.next()).rejects.toThrow('away');
    expect(ends).toBe(1);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await stream.return();
    expect(ends).toBe(1);
  });
});
