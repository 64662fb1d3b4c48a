const iso =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:Z|([+-])(\d{2}):?(\d{2})?)$/;

/**
 * Milliseconds since the epoch of an ISO 8601 date and time with a zone, or undefined. Written out because
 * `Date.parse` also takes dates without a zone, 30 February and dozens of other spellings.
 */
export function parseTimestamp(text: string): number | undefined {
  if (text !== last.text) last = { text, at: parse(text) };
  return last.at;
}

// Whoever needs the time of an event asks after its rule has asked.
let last: { readonly text: string; readonly at: number | undefined } = { text: '', at: undefined };

function parse(text: string): number | undefined {
  const match = iso.exec(text);
  if (!match) return undefined;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const milliseconds = match[7] === undefined ? 0 : Number(match[7].slice(0, 3).padEnd(3, '0'));
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000;
  // Date.UTC reads years 0 to 99 as 1900 to 1999.
  if (year < 100) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offset;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
