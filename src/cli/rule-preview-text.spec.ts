import { expect, it } from 'vitest';
import { describePreview } from './rule-preview-text.js';

const at = { revision: 1, position: { partition: 0, sequence: 9 } };
const day = (events: number, pageViews: number, uniqueVisitors: number) => ({
  events,
  pageViews,
  uniqueVisitors,
});

it('says what changes in all, per day and by path', () => {
  const text = describePreview({
    ...at,
    total: { before: { events: 40_000, pageViews: 38_839 }, after: { events: 38_796, pageViews: 37_635 } },
    days: [
      { day: '2026-05-01', before: day(1_300, 1_250, 90), after: day(96, 46, 41) },
      { day: '2026-05-02', before: day(0, 0, 0), after: day(2, 2, 1) },
    ],
    paths: [
      { path: '/admin', before: 1_204, after: null },
      { path: '/a', before: null, after: 3 },
    ],
  });
  expect(text.split('\n')).toEqual([
    '−1,204 (−3.1 %) page views, −1,204 (−3.0 %) events, over all days.',
    '',
    'day         page views  then  change            visitors  then',
    '2026-05-01       1,250    46  −1,204 (−96.3 %)        90    41',
    '2026-05-02           0     2  +2                       0     1',
    '',
    'path    views  then  change',
    '/admin  1,204  –     −1,204 (−100.0 %)',
    '/a      –      3     +3',
  ]);
});

it('says that nothing changes, and how much it does not list', () => {
  const total = { before: { events: 1, pageViews: 1 }, after: { events: 1, pageViews: 1 } };
  expect(describePreview({ ...at, total, days: [], paths: [] })).toMatch(/^It would change nothing/);
  const paths = Array.from({ length: 100 }, (_, i) => ({ path: `/${i}`, before: 1, after: 2 }));
  expect(describePreview({ ...at, total, days: [], paths })).toMatch(
    /\nand 80 more paths; --json has all\.$/,
  );
});
