import { expect, test } from 'vitest';

import { daysOf, isDay, parseRange, previousRange } from './range.js';

test.each(['2026-02-28', '2024-02-29', '1970-01-01', '9999-12-31'])('%s is a day', (day) => {
  expect(isDay(day)).toBe(true);
});

test.each([
  '2026-02-29',
  '2026-13-01',
  '2026-1-1',
  '1969-12-31',
  '+020260-01-01',
  '2026-05-17T00:00',
  ' 2026-05-17',
  '',
])('%j is no day', (day) => {
  expect(isDay(day)).toBe(false);
});

test('the previous range is as long and ends the day before, across months and leap days', () => {
  const range = parseRange({ from: '2024-03-01', to: '2024-03-03' });
  expect(previousRange(range)).toEqual({ from: '2024-02-27', to: '2024-02-29', days: 3 });
  expect(daysOf(previousRange(range))).toEqual(['2024-02-27', '2024-02-28', '2024-02-29']);
});

test('3,660 days are the most', () => {
  expect(parseRange({ from: '2016-05-10', to: '2026-05-17' }).days).toBe(3_660);
  expect(() => parseRange({ from: '2016-05-09', to: '2026-05-17' })).toThrow('3660 days');
});
