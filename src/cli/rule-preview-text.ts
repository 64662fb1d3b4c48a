import type { PreviewResult } from '#database/preview.js';

import { count, table } from './text.js';

const MOST_DAYS = 40;
const MOST_PATHS = 20;

/** For a terminal: in all, then per day, then by path. */
export function describePreview({ total, days, paths }: PreviewResult): string {
  if (days.length === 0 && paths.length === 0) return 'It would change nothing: every figure stays as it is.';
  const { before, after } = total;
  const lines = [
    `${signed(before.pageViews, after.pageViews)} page views, ${signed(before.events, after.events)} events, over all days.`,
  ];
  if (days.length > 0) {
    lines.push(
      '',
      table(
        ['day', 'page views', 'then', 'change', 'visitors', 'then'],
        days
          .slice(0, MOST_DAYS)
          .map(({ day, ...of }) => [
            day,
            of.before.pageViews,
            of.after.pageViews,
            signed(of.before.pageViews, of.after.pageViews),
            of.before.uniqueVisitors,
            of.after.uniqueVisitors,
          ]),
      ),
      ...more(days.length - MOST_DAYS, 'days'),
    );
  }
  if (paths.length > 0) {
    lines.push(
      '',
      table(
        ['path', 'views', 'then', 'change'],
        paths
          .slice(0, MOST_PATHS)
          .map((each) => [
            each.path,
            views(each.before),
            views(each.after),
            signed(each.before ?? 0, each.after ?? 0),
          ]),
      ),
      ...more(paths.length - MOST_PATHS, 'paths'),
    );
  }
  return lines.join('\n');
}

const views = (of: number | null): string => (of === null ? '–' : count(of));

const more = (left: number, of: string): string[] =>
  left > 0 ? [`and ${count(left)} more ${of}; --json has all.`] : [];

/** "−1,204 (−3.1 %)"; without a share where there was nothing before. */
function signed(before: number, after: number): string {
  const by = after - before;
  if (by === 0) return '±0';
  const sign = by > 0 ? '+' : '−';
  const share = before === 0 ? '' : ` (${sign}${((Math.abs(by) / before) * 100).toFixed(1)} %)`;
  return `${sign}${count(Math.abs(by))}${share}`;
}
