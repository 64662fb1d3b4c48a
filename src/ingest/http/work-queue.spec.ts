import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WorkQueue } from './work-queue.js';

/** A queue by a clock that work alone moves. */
function course() {
  let now = 1_000;
  const done: string[] = [];
  const queue = new WorkQueue(() => now);
  const work = (name: string, milliseconds = 8): void =>
    queue.run(
      () => {
        now += milliseconds;
        done.push(name);
      },
      () => done.push(`not ${name}`),
    );
  return { queue, work, done, pass: (milliseconds: number) => (now += milliseconds) };
}

it('does at once what a turn has time for, and the rest in the next ones, in its order', async () => {
  const { work, done, pass } = course();
  for (const name of ['a', 'b', 'c', 'd', 'e']) work(name);
  expect(done).toEqual(['a', 'b']);
  await setImmediate();
  work('f');
  expect(done).toEqual(['a', 'b', 'c', 'd']);
  await setImmediate();
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  await setImmediate();
  pass(5_000);
  work('g');
  expect(done.at(-1)).toBe('g');
});

it('has what stands behind promises in the slice too', async () => {
  const { queue, work, done, pass } = course();
  work('a', 10);
  const slowly = async (name: string): Promise<void> => {
    for (let promises = 0; promises < 20; promises++) await Promise.resolve();
    pass(10);
    done.push(name);
  };
  for (const name of ['b', 'c']) queue.run(() => void slowly(name));
  await setImmediate();
  expect(done).toEqual(['a', 'b']);
  await setImmediate();
  expect(done).toEqual(['a', 'b', 'c']);
});

it('is not busy because the process stood still', async () => {
  const { queue, work, done, pass } = course();
  for (let n = 0; n < 20; n++) work(String(n));
  for (let stalls = 0; stalls < 3; stalls++) {
    pass(60_000);
    await setImmediate();
    expect(queue.busy).toBe(false);
  }
  for (let turns = 0; turns < 10; turns++) await setImmediate();
  expect(done).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
});

it('is busy while more comes than it can do, gives up who waits too long, and is not once they are through', async () => {
  const { queue, work, done } = course();
  let most = 0;
  for (let turn = 0; turn < 60; turn++) {
    // Three times what a turn does, until it says so.
    if (!queue.busy) for (let n = 0; n < 6; n++) work(`${turn}`);
    await setImmediate();
    most = Math.max(most, turn - Number(done.at(-1)?.replace('not ', '')));
  }
  // A turn is 16 ms: nobody was done who had waited for 300 ms.
  expect(most).toBeLessThanOrEqual(20);
  expect(done.filter((each) => !each.startsWith('not')).length).toBeGreaterThan(100);
  expect(done.some((each) => each.startsWith('not'))).toBe(true);
  for (let turns = 0; turns < 40; turns++) await setImmediate();
  expect(queue.busy).toBe(false);
  work('at last');
  expect(done.at(-1)).toBe('at last');
});

it('lets wait, however long, who cannot be given up', async () => {
  const { queue, work, done } = course();
  for (let n = 0; n < 100; n++) work('large');
  queue.run(() => void done.push('small'));
  for (let turns = 0; turns < 60; turns++) await setImmediate();
  expect(done.filter((each) => each === 'not large').length).toBeGreaterThan(50);
  expect(done.at(-1)).toBe('small');
});
