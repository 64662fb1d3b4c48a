import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { RateLimit } from './rate-limit.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('ten seconds have ten times what one has, and the next ten the same again', async () => {
  const limit = new RateLimit(2);
  for (let i = 0; i < 20; i++) expect(await limit.take('a')).toBe(0);
  expect(await limit.take('a')).toBe(10);
  expect(await limit.take('b')).toBe(0);
  await vi.advanceTimersByTimeAsync(9_100);
  expect(await limit.take('a')).toBe(1);
  await vi.advanceTimersByTimeAsync(900);
  expect(await limit.take('a')).toBe(0);
});

test('a request is let in whole while anything is left', async () => {
  const limit = new RateLimit(1);
  expect(await limit.take('a', 9)).toBe(0);
  expect(await limit.take('a', 500)).toBe(0);
  expect(await limit.take('a')).toBe(10);
});

test('what a process counted is told once, and what all counted is taken over', async () => {
  const [here, there] = [new RateLimit(10), new RateLimit(10)];
  let all = 0;
  const add = (_key: string, points: number) => Promise.resolve({ points: (all += points), endsIn: 8_000 });
  await here.take('a', 60);
  await there.take('a', 50);
  for (const limit of [here, there, here]) await limit.tell(add);
  expect(all).toBe(110);
  expect(await there.take('a')).toBe(8);
  // Little is kept to itself, and a fault loses nothing.
  await here.take('b');
  await here.tell(add);
  expect(all).toBe(110);
  await here.take('b');
  await expect(here.tell(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  await here.tell(add);
  expect(all).toBe(112);
});
