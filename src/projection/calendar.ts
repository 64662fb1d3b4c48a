const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Enough for months of hours in many zones; then start over. */
const CACHE_LIMIT = 20_000;

const days = new Map<number, string>();

/** The day, YYYY-MM-DD, that `at` (milliseconds since the epoch) falls on in the zone. */
export function dayOf(at: number, timeZone: string): string {
  const day = Math.floor((at + offsetOf(at, timeZone)) / DAY);
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= CACHE_LIMIT) days.clear();
  const text = new Date(day * DAY).toISOString().slice(0, 10);
  days.set(day, text);
  return text;
}

/**
 * The start of the zone's hour, in milliseconds since the epoch. Where the offset is half an hour, so is the start; the
 * hour that repeats when summer time ends is two hours.
 */
export function hourOf(at: number, timeZone: string): number {
  const offset = offsetOf(at, timeZone);
  return Math.floor((at + offset) / HOUR) * HOUR - offset;
}

/** The zone's days that a UTC day has a part in. */
export function daysWithin(utcDay: string, timeZone: string): string[] {
  const start = Date.parse(utcDay);
  const moments = Array.from({ length: 24 }, (_, hour) => start + hour * HOUR);
  return [...new Set([...moments, start + DAY - 1].map((at) => dayOf(at, timeZone)))];
}

/** The UTC days that a day of the zone has a part in. */
export function utcDaysOf(day: string, timeZone: string): string[] {
  const start = Date.parse(day);
  return [start - DAY, start, start + DAY]
    .map((at) => dayOf(at, 'UTC'))
    .filter((utcDay) => daysWithin(utcDay, timeZone).includes(day));
}

/** Milliseconds that the zone's clocks are ahead of UTC at that moment. Throws RangeError for an unknown zone. */
function offsetOf(at: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const zone = zoneOf(timeZone);
  const hour = Math.floor(at / HOUR);
  const known = zone.offsets.get(hour);
  if (known !== undefined) return known ?? exactOffset(zone.format, at);
  const start = exactOffset(zone.format, hour * HOUR);
  // Clocks change within a UTC hour too (00:01 in Newfoundland was 03:31 UTC), so such an hour is asked each time.
  const constant = start === exactOffset(zone.format, (hour + 1) * HOUR - 1) ? start : null;
  if (zone.offsets.size >= CACHE_LIMIT) zone.offsets.clear();
  zone.offsets.set(hour, constant);
  return constant ?? exactOffset(zone.format, at);
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** UTC hour -> offset; null where it changes within the hour. */
  readonly offsets: Map<number, number | null>;
}

const zones = new Map<string, Zone>();

function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone);
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    zone = { format, offsets: new Map() };
    zones.set(timeZone, zone);
  }
  return zone;
}

function exactOffset(format: Intl.DateTimeFormat, at: number): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = value;
  const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
  const local = new Date(0);
  local.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
  local.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
  return local.getTime() - Math.floor(at / 1000) * 1000;
}
