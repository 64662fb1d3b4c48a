import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WorkQueue } from './work-queue.js';

it('does at once what a turn has time for, and the rest in the next ones, in its order', async () => {
  let now = 1_000;
  const done: string[] = [];
  const queue = new WorkQueue(() => now);
  const work = (name: string): void =>
    queue.run(() => {
      now += 15;
      done.push(name);
    });
  for (const name of ['a', 'b', 'c', 'd', 'e']) work(name);
  expect(done).toEqual(['a', 'b']);
  await setImmediate();
  work('f');
  expect(done).toEqual(['a', 'b', 'c', 'd']);
  await setImmediate();
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  await setImmediate();
  now += 5_000;
  work('g');
  expect(done.at(-1)).toBe('g');
});
