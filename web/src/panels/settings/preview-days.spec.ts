import { expect, test } from 'vitest';
import { beforeAndAfter, spanOf } from './preview-days.js';

const of = (pageViews: number) => ({ events: pageViews, pageViews, uniqueVisitors: 1 });
const days = [
  { day: '2026-03-10', before: of(9), after: of(4) },
  { day: '2026-03-12', before: of(5), after: of(5) },
];

test('draws some days around those that change, none of them in the future, and at most what the API gives', () => {
  expect(spanOf(days, '2026-06-01')).toEqual({ from: '2026-03-03', to: '2026-03-19' });
  expect(spanOf(days, '2026-03-14')).toEqual({ from: '2026-03-03', to: '2026-03-14' });
  expect(spanOf(days, '2026-03-11')).toEqual({ from: '2026-03-03', to: '2026-03-12' });
  const long = [{ ...days[0], day: '2001-01-01' } as (typeof days)[0], ...days];
  expect(spanOf(long, '2026-06-01')).toEqual({ from: '2016-03-12', to: '2026-03-19' });
});

test('days that stay as they are stand in both lines', () => {
  const served = ['2026-03-09', '2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13'].map((day) => ({
    day,
    ...of(day.endsWith('1') ? 7 : 0),
  }));
  expect(beforeAndAfter(days, served, 'pageViews')).toEqual([
    { time: new Date('2026-03-10'), values: [9, 4], marked: true },
    { time: new Date('2026-03-11'), values: [7, 7], marked: false },
    { time: new Date('2026-03-12'), values: [5, 5], marked: false },
  ]);
  expect(beforeAndAfter(days, [], 'pageViews')).toHaveLength(2);
});
