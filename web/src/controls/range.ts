/** A range of days of a site's calendar, both ends included, as YYYY-MM-DD. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

export type Preset = 'today' | '7d' | '30d' | '90d' | 'year';

export const PRESETS: readonly { readonly id: Preset; readonly label: string }[] = [
  { id: 'today', label: 'Today' },
  { id: '7d', label: 'Last 7 days' },
  { id: '30d', label: 'Last 30 days' },
  { id: '90d', label: 'Last 90 days' },
  { id: 'year', label: 'This year' },
];

/** The API's own bound on a range. */
export const MAX_DAYS = 3660;
const DAY = 86_400_000;

const calendars = new Map<string, Intl.DateTimeFormat>();

/** The day of a moment (ms since 1970) in the zone. */
export function dayIn(time: number, timeZone: string): string {
  let calendar = calendars.get(timeZone);
  if (!calendar) {
    calendar = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    calendars.set(timeZone, calendar);
  }
  const parts = Object.fromEntries(calendar.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${parts['year'] ?? ''}-${parts['month'] ?? ''}-${parts['day'] ?? ''}`;
}

/** Days are counted as if they were UTC's, which all have 24 hours. */
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

export const addDays = (day: string, days: number): string => dayOf(Date.parse(day) + days * DAY);

export const daysIn = (range: Range): number =>
  Math.round((Date.parse(range.to) - Date.parse(range.from)) / DAY) + 1;

export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(text);
  return Number.isFinite(time) && dayOf(time) === text;
}

export function presetRange(preset: Preset, today: string): Range {
  switch (preset) {
    case 'today':
      return { from: today, to: today };
    case '7d':
      return { from: addDays(today, -6), to: today };
    case '30d':
      return { from: addDays(today, -29), to: today };
    case '90d':
      return { from: addDays(today, -89), to: today };
    case 'year':
      return { from: `${today.slice(0, 4)}-01-01`, to: today };
  }
}

/** The preset that stands for exactly these days, if any; on some days two do, and the first is meant. */
export function presetOf(range: Range, today: string): Preset | undefined {
  return PRESETS.find(({ id }) => sameRange(presetRange(id, today), range))?.id;
}

export const sameRange = (a: Range, b: Range): boolean => a.from === b.from && a.to === b.to;

/** What is wrong with a range that somebody typed; undefined when nothing is. */
export function rangeFault(range: Range): string | undefined {
  if (!isDay(range.from) || !isDay(range.to)) return 'Choose a first and a last day.';
  if (range.from > range.to) return 'The first day must not be after the last day.';
  if (daysIn(range) > MAX_DAYS) return `Choose at most ${MAX_DAYS.toLocaleString('en')} days.`;
  return undefined;
}

/** Hours are shown up to two days, days beyond. */
export const isHourly = (range: Range): boolean => daysIn(range) <= 2;
