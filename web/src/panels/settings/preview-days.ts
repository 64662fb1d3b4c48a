import type { TimePoint } from '../../charts/time-series.js';
import { addDays, daysIn, MAX_DAYS, type Range } from '../../controls/range.js';
import type { PreviewFragment } from '../../gql/graphql.js';

type Days = PreviewFragment['days'];
export type MeasureName = 'pageViews' | 'events' | 'uniqueVisitors';
type Figures = Readonly<Record<MeasureName, number>>;

export const MEASURES: readonly { readonly name: MeasureName; readonly label: string }[] = [
  { name: 'pageViews', label: 'Page views' },
  { name: 'events', label: 'Events' },
  { name: 'uniqueVisitors', label: 'Visitors' },
];

/** Days to draw around those that change, so that a single one can be seen among others. */
const AROUND = 7;
/** Days that change, up to which each of them gets a dot. */
const DOTS = 10;

/** The days to draw: those that change and some around them, up to today, and no more than the API gives at once. */
export function spanOf(days: Days, today: string): Range {
  const first = days[0]?.day ?? today;
  const last = days.at(-1)?.day ?? today;
  const after = addDays(last, AROUND);
  const to = after <= today ? after : last > today ? last : today;
  const from = addDays(first, -AROUND);
  return { from: daysIn({ from, to }) > MAX_DAYS ? addDays(to, 1 - MAX_DAYS) : from, to };
}

/** A point for each day from the first to the last with events; where `served` is not there yet, for those that change. */
export function beforeAndAfter(
  days: Days,
  served: readonly ({ readonly day: string } & Figures)[],
  measure: MeasureName,
): TimePoint[] {
  const changed = new Map(days.map((each) => [each.day, each]));
  const drawn = served.length > 0 ? served.map(({ day }) => day) : days.map(({ day }) => day);
  const unchanged = new Map(served.map((each) => [each.day, each[measure]]));
  const points = drawn.map((day) => {
    const found = changed.get(day);
    const same = unchanged.get(day) ?? 0;
    return {
      time: new Date(day),
      values: found ? [found.before[measure], found.after[measure]] : [same, same],
      // Dots on nearly every day would only hide the lines.
      marked: days.length <= DOTS && found !== undefined && found.before[measure] !== found.after[measure],
    };
  });
  const counted = ({ values }: TimePoint) => values.some((value) => value !== 0);
  return points.slice(Math.max(0, points.findIndex(counted)), points.findLastIndex(counted) + 1);
}
