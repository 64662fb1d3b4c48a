import { describe, expect, test } from 'vitest';

import { byProjection, wayOf } from './model.js';

const generation = (name: string, number: number, status: string, ...checkpoints: number[]) => ({
  name,
  generation: number,
  status,
  partitions: checkpoints.map((checkpoint, partition) => ({
    partition,
    checkpoint,
    lag: 100 - checkpoint,
    rate: 0,
    deadLetters: 0,
  })),
});

test('generations stand by projection, what is served first, then the newest', () => {
  const list = [
    generation('b', 1, 'served'),
    generation('a', 1, 'kept'),
    generation('a', 2, 'served'),
    generation('a', 3, 'building'),
  ];
  expect(
    byProjection(list).map(({ name, generations }) => [name, generations.map((each) => each.generation)]),
  ).toEqual([
    ['a', [2, 3, 1]],
    ['b', [1]],
  ]);
});

describe('the way of a build', () => {
  const served = generation('a', 1, 'served', 50, 80);

  test('leads to where the served one stands', () =>
    expect(wayOf(generation('a', 2, 'building', 10, 20), served)).toEqual({ done: 30, total: 130 }));

  test('ends there, also where the build has read on', () =>
    expect(wayOf(generation('a', 2, 'building', 60, 80), served)).toEqual({ done: 130, total: 130 }));

  test('leads to the head of the log where nothing is served', () =>
    expect(wayOf(generation('a', 2, 'building', 10, 20), undefined)).toEqual({ done: 30, total: 200 }));
});
