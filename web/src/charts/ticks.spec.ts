import { describe, expect, test } from 'vitest';

import { countTicks, timeTicks } from './ticks.js';

describe('values on the axis', () => {
  test.each([
    [0, [0, 1]],
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [7, [0, 2, 4, 6, 8]],
    [12, [0, 3, 6, 9, 12]],
    [100, [0, 20, 40, 60, 80, 100]],
    [4_440, [0, 1000, 2000, 3000, 4000, 5000]],
  ])('up to %s', (max, ticks) => expect(countTicks(max)).toEqual(ticks));

  test.each([5, 17, 99, 1_234, 56_789, 987_654_321])('%s lies below the last one, among few', (max) => {
    const ticks = countTicks(max);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect(ticks.every(Number.isInteger)).toBe(true);
  });
});

describe('times on the axis', () => {
  const days = (count: number) =>
    Array.from({ length: count }, (_, index) => new Date(Date.UTC(2026, 0, 1 + index)));

  test('all days where there is room, else round steps', () => {
    expect(timeTicks(days(7), 'day', 10)).toHaveLength(7);
    expect(timeTicks(days(30), 'day', 5).map((time) => time.getUTCDate())).toEqual([1, 8, 15, 22, 29]);
  });

  test('the first days of months for long ranges', () => {
    const ticks = timeTicks(days(365), 'day', 6);
    expect(ticks.map((time) => time.toISOString().slice(5, 10))).toEqual([
      '01-01',
      '03-01',
      '05-01',
      '07-01',
      '09-01',
      '11-01',
    ]);
  });
});
