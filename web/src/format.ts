// Numbers follow the reader's language. Days are dates, which are formatted as UTC's; hours follow the site's clocks.
const language = typeof navigator === 'undefined' ? 'en' : navigator.language;
const number = new Intl.NumberFormat(language);
const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
const ratio = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(language, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const smallPercent = new Intl.NumberFormat(language, { style: 'percent', maximumSignificantDigits: 1 });

export const formatNumber = (value: number): string => number.format(value);

/** Six digits and more are shortened (1.2M) where room is short. */
export const formatCompact = (value: number): string =>
  value < 10_000 ? number.format(value) : compact.format(value);

/** A number of views per visitor; an en dash where there is none. */
export const formatRatio = (value: number | null): string => (value === null ? '–' : ratio.format(value));

/** 0.1234 -> 12.3 %; a share too small for one decimal keeps one digit instead of reading 0 %. */
export function formatShare(share: number): string {
  return share > 0 && share < 0.001 ? smallPercent.format(share) : percent.format(share);
}

const signedNumber = new Intl.NumberFormat(language, { signDisplay: 'exceptZero' });
const signedPercent = new Intl.NumberFormat(language, {
  style: 'percent',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});

/** "-1,204 (-3.1%)"; without a share where there was nothing before. */
export function formatChange(before: number, after: number): string {
  const by = after - before;
  if (by === 0) return '±0';
  const share = before === 0 ? '' : ` (${signedPercent.format(by / before)})`;
  return `${signedNumber.format(by)}${share}`.replaceAll('-', '−');
}

const utc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
const dayLong = utc({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const dayShort = utc({ day: 'numeric', month: 'short' });
const dayMedium = utc({ day: 'numeric', month: 'short', year: 'numeric' });
const monthOnly = utc({ month: 'short', year: '2-digit' });
const hours = new Map<string, { readonly short: Intl.DateTimeFormat; readonly long: Intl.DateTimeFormat }>();

function hoursIn(timeZone: string) {
  let known = hours.get(timeZone);
  if (!known) {
    known = {
      short: new Intl.DateTimeFormat(language, { timeZone, hour: 'numeric' }),
      long: new Intl.DateTimeFormat(language, {
        timeZone,
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
        timeZoneName: 'short',
      }),
    };
    hours.set(timeZone, known);
  }
  return known;
}

/** The clock of a zone at a moment (ms since 1970), without seconds. */
export const formatTimeIn = (time: number, timeZone: string): string =>
  new Intl.DateTimeFormat(language, {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(time);

const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });

export const formatDay = (time: Date | string): string => dayLong.format(new Date(time));
export const formatDayMedium = (day: string): string => dayMedium.format(new Date(day));
export const formatDayShort = (time: Date): string => dayShort.format(time);
export const formatMonth = (time: Date): string => monthOnly.format(time);
export const formatHour = (time: Date, timeZone: string): string => hoursIn(timeZone).short.format(time);
/** With the zone's name or offset: an hour may come twice. */
export const formatHourLong = (time: Date, timeZone: string): string => hoursIn(timeZone).long.format(time);

/** The reader's own clock: for "as of 14:03:21". */
export const formatClock = (time: number): string => clock.format(time);

/** The day of a moment on the reader's own calendar. */
export const formatDate = (time: string): string => date.format(new Date(time));

/** A moment on the reader's own clock, with its day. */
export const formatMoment = (time: string): string => moment.format(new Date(time));

/** A moment on the zone's clocks, with the zone. */
export const formatMomentIn = (time: string, timeZone: string): string =>
  new Intl.DateTimeFormat(language, {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(time));

export function formatRange(range: { readonly from: string; readonly to: string }): string {
  return range.from === range.to
    ? dayMedium.format(new Date(range.from))
    : dayMedium.formatRange(new Date(range.from), new Date(range.to));
}
