import { describe, expect, test } from 'vitest';
import { shareOf } from './balance.js';
import type { Holder } from './lease.js';

/** `a`: held by a; `-`: given back; `a!`: held by a until its lease ran out. */
const holders = (text: string): Holder[] =>
  text.split(' ').map((each, partition) => ({
    partition,
    owner: each === '-' ? null : each.replace('!', ''),
    free: each === '-' || each.endsWith('!'),
  }));
const shares = (living: string, text: string) =>
  Object.fromEntries(living.split(' ').map((me) => [me, shareOf(me, living.split(' '), holders(text))]));
const nothing = { take: [], give: undefined };

describe('free partitions', () => {
  test('all fall to the only projector', () => {
    expect(shares('a', '- - - -')).toEqual({ a: { take: [0, 1, 2, 3], give: undefined } });
  });

  test('each falls to exactly one, and to whoever holds fewest', () => {
    expect(shares('c b a', '- - - -')).toEqual({
      a: { take: [0, 3], give: undefined },
      b: { take: [1], give: undefined },
      c: { take: [2], give: undefined },
    });
    expect(shares('a b c', 'a - - c')).toMatchObject({ a: { take: [2] }, b: { take: [1] }, c: { take: [] } });
  });

  test('not to whoever let it go by not showing life, unless there is nobody else', () => {
    expect(shares('a b', 'a! b')).toMatchObject({ a: { take: [] }, b: { take: [0] } });
    expect(shares('a', 'a! a')).toMatchObject({ a: { take: [0] } });
  });

  test('what older code holds is its own, and counts for nobody', () => {
    expect(shares('a b', 'old old old - -')).toMatchObject({ a: { take: [3] }, b: { take: [4] } });
  });
});

describe('handing over', () => {
  test.each([
    ['a b c', 'a a b c'],
    ['a b', 'b b a'],
    ['a b c d e', 'a b c d'],
    ['a b', 'old old old a'],
  ])('nothing moves where all have their share: %s, %s', (living, text) => {
    for (const share of Object.values(shares(living, text))) expect(share).toEqual(nothing);
  });

  test('one of those who hold most gives one, and nobody else', () => {
    expect(shares('a b c', 'a a b b')).toMatchObject({ a: { give: 1 }, b: nothing, c: nothing });
    expect(shares('a b c', 'b a b b')).toMatchObject({ a: nothing, b: { give: 3 }, c: nothing });
  });

  test('and not while one is free', () => {
    expect(shares('a b', 'a a a -')).toMatchObject({ a: nothing, b: { take: [3], give: undefined } });
  });

  test.each([
    [8, 3],
    [6, 4],
    [64, 5],
    [3, 7],
  ])(
    'from one who holds all %i, %i come to their shares, one partition at a time, and rest',
    (n, projectors) => {
      const living = Array.from({ length: projectors }, (_, i) => `p${i}`);
      let held = Array.from({ length: n }, (_, partition): Holder => ({
        partition,
        owner: 'p0',
        free: false,
      }));
      let moves = 0;
      for (;;) {
        const gives = living.flatMap((me) => shareOf(me, living, held).give ?? []);
        if (gives.length === 0) break;
        expect(gives).toHaveLength(1);
        moves++;
        held = held.map((each) =>
          each.partition === gives[0] ? { ...each, owner: null, free: true } : each,
        );
        const takes = living.flatMap((me) =>
          shareOf(me, living, held).take.map((partition) => ({ me, partition })),
        );
        expect(takes.map(({ partition }) => partition)).toEqual(gives);
        held = held.map((each) => (each.free ? { ...each, owner: takes[0]?.me ?? null, free: false } : each));
      }
      const counts = living.map((me) => held.filter(({ owner }) => owner === me).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(2);
      // As few as that takes.
      expect(moves).toBe(n - Math.max(...counts));
    },
  );
});
