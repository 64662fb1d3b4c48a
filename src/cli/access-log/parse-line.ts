/** One request as an access log tells it. `-` in the log means absent. */
export interface AccessLogEntry {
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly occurredAt: number;
  readonly method: string;
  /** Request target as logged: mostly a path, but also `*` or a whole URL. */
  readonly target: string;
  /** The target without its query. */
  readonly path: string;
  readonly status: number;
  readonly referrer: string | undefined;
  /** As logged, escapes kept; empty or `-` where the client sent none (the visitor's hash keeps the difference). */
  readonly userAgent: string;
}

export type ParsedLine =
  | { readonly ok: true; readonly entry: AccessLogEntry }
  | { readonly ok: false; readonly reason: 'not_this_format' | 'bad_timestamp' };

export const formats = ['combined', 'common'] as const;
export type Format = (typeof formats)[number];

// Space as Unicode has it, so that a log counts the same here as with tools that are not JavaScript.
const SP = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const WORD = `[^${SP}]+`;
const QUOTED = String.raw`"((?:[^"\\]|\\[^\n])*)"`;
const REQUEST = `^(${WORD}) ${WORD} ${WORD} \\[([^\\]]+)\\] "(${WORD}) (${WORD}) ${WORD}" (\\p{Nd}{3}) (${WORD})`;
const LINES: Readonly<Record<Format, RegExp>> = {
  common: new RegExp(`${REQUEST}[${SP}]*$`, 'u'),
  combined: new RegExp(`${REQUEST} ${QUOTED} ${QUOTED}[${SP}]*$`, 'u'),
};

/** Reads one line of the Apache/nginx `combined` or `common` format. */
export function parseLine(line: string, format: Format): ParsedLine {
  const match = LINES[format].exec(line);
  if (!match) return { ok: false, reason: 'not_this_format' };
  const [, address = '', stamp = '', method = '', target = '', status = '', , referrer, agent] = match;
  const occurredAt = parseStamp(stamp);
  if (occurredAt === undefined) return { ok: false, reason: 'bad_timestamp' };
  const query = target.indexOf('?');
  return {
    ok: true,
    entry: {
      address,
      occurredAt,
      method,
      target,
      path: query < 0 ? target : target.slice(0, query),
      status: Number(status),
      referrer: referrer === '-' || referrer === '' ? undefined : referrer,
      userAgent: agent ?? '',
    },
  };
}

const STAMP =
  /^(\d{1,2})\/([A-Za-z]{3})\/(\d{4}):(\d{1,2}):(\d{1,2}):(\d{1,2}) (?:([+-])(\d{2}):?(\d{2})|Z)$/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `17/May/2015:10:05:03 +0200` -> milliseconds since the epoch; undefined for a day or hour that does not exist. */
function parseStamp(stamp: string): number | undefined {
  const match = STAMP.exec(stamp);
  if (!match) return undefined;
  const [, d = '', monthName = '', y = '', h = '', m = '', s = '', sign, zoneHours = '0', zoneMinutes = '0'] =
    match;
  const month = MONTHS.indexOf(monthName.toLowerCase());
  const [day, year, hour, minute, second] = [d, y, h, m, s].map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 0 || hour > 23 || minute > 59 || second > 60 || Number(zoneMinutes) > 59) return undefined;
  // A leap second counts with the second before it: 23:59:60 is not yet the next day.
  const local = Date.UTC(year, month, day, hour, minute, Math.min(second, 59));
  if (new Date(local).getUTCDate() !== day || year < 100) return undefined;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return sign === '-' ? local + offset : local - offset;
}
