import { expect, it } from 'vitest';
import { BuildThrottle, paidTogether, type Used } from './build-throttle.js';

/** A clock that only work and rests move. */
function throttleOf(share: number, processors: number) {
  let clock = 0;
  let working = 0;
  const seen = { most: 0, rested: 0, worked: 0 };
  const throttle = new BuildThrottle(share, {
    processors,
    now: () => clock,
    pause: (milliseconds) => {
      clock += milliseconds;
      seen.rested += milliseconds;
      return Promise.resolve();
    },
  });
  const work = async (milliseconds: number, used: Used) => {
    seen.most = Math.max(seen.most, ++working);
    await Promise.resolve();
    clock += milliseconds;
    used(milliseconds);
    seen.worked += milliseconds;
    working--;
    return milliseconds;
  };
  const { signal } = new AbortController();
  return { seen, turn: (milliseconds: number) => throttle.turn(signal, (used) => work(milliseconds, used)) };
}

it.each([
  [1, 8, 8],
  [0.5, 8, 4],
  [0.5, 2, 1],
  [0.3, 8, 3],
  [0.05, 2, 1],
])('a share of %f of %i processors lets %i builders work at a time', async (share, processors, most) => {
  const { seen, turn } = throttleOf(share, processors);
  expect(await Promise.all(Array.from({ length: 20 }, () => turn(10)))).toEqual(Array(20).fill(10));
  expect(seen.most).toBe(most);
});

it.each([
  [1, 2, 0],
  [0.5, 2, 0],
  [0.25, 2, 100],
  [0.05, 2, 900],
  [0.5, 1, 100],
])('a share of %f of %i processors rests %i ms after 100 ms of work', async (share, processors, rest) => {
  const { seen, turn } = throttleOf(share, processors);
  await turn(100);
  expect(seen.rested).toBe(0);
  await turn(0);
  expect(seen.rested).toBeCloseTo(rest);
});

it('threads of one process keep to one share together, each with its part of the places', async () => {
  let clock = 1_000_000;
  let rested = 0;
  const paid = paidTogether();
  const thread = () =>
    new BuildThrottle(0.25, {
      processors: 2,
      threads: 2,
      paid,
      now: () => clock,
      pause: (milliseconds) => Promise.resolve(void (rested += milliseconds)),
    });
  const { signal } = new AbortController();
  await thread().turn(signal, (used) => {
    clock += 100;
    return Promise.resolve(used(100));
  });
  await thread().turn(signal, () => Promise.resolve());
  expect(rested).toBeCloseTo(100);
});

it('what somebody waits for never rests, and is paid by what is built beside it', async () => {
  const rests: number[] = [];
  const pause = (milliseconds: number) => Promise.resolve(void rests.push(milliseconds));
  const throttle = new BuildThrottle(0.5, { processors: 2, now: () => 0, pause });
  for (let i = 0; i < 3; i++) await throttle.atOnce((used) => Promise.resolve(used(100)));
  expect(rests).toEqual([]);
  await throttle.turn(new AbortController().signal, () => Promise.resolve());
  expect(rests).toEqual([300]);
});

it('time that is used beside other time counts as well', async () => {
  let clock = 0;
  const rests: number[] = [];
  const pause = (milliseconds: number) => Promise.resolve(void rests.push(milliseconds));
  const throttle = new BuildThrottle(0.5, { processors: 2, now: () => clock, pause });
  const { signal } = new AbortController();
  await throttle.turn(signal, (used) => {
    clock += 40;
    used(40);
    // PostgreSQL wrote meanwhile.
    used(30);
    return Promise.resolve();
  });
  await throttle.turn(signal, () => Promise.resolve());
  expect(rests).toEqual([30]);
});

it('whoever may take the whole machine never rests, however much waited for a processor', async () => {
  const pause = () => Promise.reject(new Error('a rest'));
  const throttle = new BuildThrottle(1, { processors: 1, now: () => 0, pause });
  const { signal } = new AbortController();
  for (let i = 0; i < 3; i++)
    await throttle.turn(signal, (used) => {
      used(100);
      used(100);
      return Promise.resolve();
    });
});

it('a failing batch gives its place back', async () => {
  const throttle = new BuildThrottle(0.5, { processors: 2 });
  const { signal } = new AbortController();
  const broken = throttle.turn(signal, () => Promise.reject(new Error('broken')));
  const next = throttle.turn(signal, () => Promise.resolve('done'));
  await expect(broken).rejects.toThrow('broken');
  expect(await next).toBe('done');
});
