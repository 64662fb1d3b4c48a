import { describe, expect, test } from 'vitest';

import { addDays, daysIn, isDay, isHourly, presetOf, presetRange, rangeFault } from './range.js';

describe('presets', () => {
  test.each([
    ['today', '2026-03-01'],
    ['7d', '2026-02-23'],
    ['30d', '2026-01-31'],
    ['90d', '2025-12-02'],
    ['year', '2026-01-01'],
  ] as const)('%s ends today and begins on %s', (preset, from) => {
    const range = presetRange(preset, '2026-03-01');
    expect(range).toEqual({ from, to: '2026-03-01' });
    expect(presetOf(range, '2026-03-01')).toBe(preset);
    expect(presetOf(range, '2026-03-02')).toBeUndefined();
  });

  test('a leap day is a day', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(daysIn({ from: '2028-02-28', to: '2028-03-01' })).toBe(3);
  });
});

describe('a typed range', () => {
  test.each(['', '2026-02-30', '2026-2-3', '20260203', '2026-02-03T00:00Z'])('"%s" is no day', (text) =>
    expect(isDay(text)).toBe(false),
  );

  test.each([
    ['2026-02-02', '2026-02-01', 'must not be after'],
    ['2026-02-02', '', 'Choose a first and a last day'],
    ['2016-01-01', '2026-01-09', 'at most 3,660 days'],
  ])('%s to %s is refused with a reason', (from, to, reason) =>
    expect(rangeFault({ from, to })).toContain(reason),
  );

  test('the longest range that the API takes is taken', () =>
    expect(rangeFault({ from: '2016-01-01', to: addDays('2016-01-01', 3659) })).toBeUndefined());
});

test('hours are shown up to two days', () => {
  expect(isHourly({ from: '2026-02-01', to: '2026-02-02' })).toBe(true);
  expect(isHourly({ from: '2026-02-01', to: '2026-02-03' })).toBe(false);
});
