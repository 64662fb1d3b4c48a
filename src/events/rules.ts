import { isIP } from 'class-validator';
import { fitsBytes } from './text.js';
import { isUuid } from './event-id.js';
import { parseTimestamp } from './timestamp.js';

/**
 * What is wrong with one field, as the end of a sentence that begins with the field's name ("siteId" + " must be
 * …"), or undefined. Both class-validator and the fast check call these.
 */
export type FieldRule = (value: unknown) => string | undefined;

export const earliest = Date.UTC(1995, 0, 1);
/** How far a sender's clock may be ahead of ours, in milliseconds. */
export const maxAhead = 24 * 3_600_000;
export const pathBytes = 2000;
/** The path with its query, as sent. */
export const urlBytes = 8192;

const sitePattern = /^[A-Za-z0-9_-]{1,64}$/;
// No control, format, surrogate or private characters, no line separators: names are shown and compared by people.
const printable = /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u;
const nulFault = ' must not contain the NUL character';

export const siteRule: FieldRule = (value) => {
  if (!isWellFormedSiteId(value)) return ' must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -';
  return isLikeKey(value)
    ? ' must not begin with pk_ or sk_, as keys do: a key belongs in the header Authorization'
    : undefined;
};

/** What may name a site. A key may not, or it would stand in the log, in answers and on pages for good. */
export function isSiteId(value: unknown): value is string {
  return isWellFormedSiteId(value) && !isLikeKey(value);
}

/** What may stand in the log as the name of a site. */
export function isWellFormedSiteId(value: unknown): value is string {
  return typeof value === 'string' && sitePattern.test(value);
}

// Asked of every event, and mostly answered by the second letter.
const isLikeKey = (siteId: string): boolean =>
  siteId.startsWith('k_', 1) && (siteId.startsWith('s') || siteId.startsWith('p'));

export const eventTypeRule: FieldRule = (value) => {
  if (typeof value === 'string' && value.includes('\0')) return nulFault;
  // toWellFormed first: a lone surrogate is mended, not refused.
  return typeof value === 'string' && isEventType(value.toWellFormed().trim())
    ? undefined
    : ' must be 1 to 100 printable characters, such as "page_view"';
};

export function isEventType(value: string): boolean {
  return value.length <= 100 && printable.test(value);
}

export const pathRule: FieldRule = (value) => {
  if (typeof value !== 'string' || value === '')
    return ' must be a path that starts with "/", such as "/pricing"';
  if (value.includes('\0')) return nulFault;
  if (!value.startsWith('/')) {
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(value)
      ? ' must start with "/": send "/pricing", not "https://example.com/pricing"'
      : ' must start with "/", such as "/pricing"';
  }
  if (!fitsBytes(pathOf(value), pathBytes)) return ' must be at most 2,000 bytes without its query';
  return fitsBytes(value, urlBytes) ? undefined : ' must be at most 8,192 bytes with its query';
};

const webScheme = /^\s*https?:\/\/[^/?#]/i;

export const urlRule: FieldRule = (value) => {
  if (typeof value !== 'string' || !webScheme.test(value)) {
    return ' must be an absolute http or https URL, such as "https://example.com/pricing"';
  }
  if (value.includes('\0')) return nulFault;
  if (!fitsBytes(value, urlBytes)) return ' must be at most 8,192 bytes';
  if (!URL.canParse(value)) return ' must be a valid URL, such as "https://example.com/pricing"';
  return fitsBytes(pathOfUrl(value), pathBytes) ? undefined : ' must have a path of at most 2,000 bytes';
};

/** Of an absolute URL, as it is written there; "/" where it has none. */
export function pathOfUrl(url: string): string {
  const rest = url.trim().replace(/^[a-z]+:\/\/[^/?#]*/i, '');
  return pathOf(rest) || '/';
}

export const cookielessRule: FieldRule = (value) =>
  typeof value === 'boolean' ? undefined : ' must be true or false';

/** Without query and fragment. */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}

export const timestampRule: FieldRule = (value) => {
  const at = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (at === undefined) {
    return ' must be an ISO 8601 date and time with a zone, such as "2026-01-31T12:00:00Z"';
  }
  return at < earliest ? ' must not be before 1995' : undefined;
};

export const eventIdRule: FieldRule = (value) =>
  typeof value === 'string' && isUuid(value)
    ? undefined
    : ' must be a UUID, such as "0192f3a4-5b6c-7d8e-9f01-23456789abcd"';

// What broken senders put where they have no ID; all their visitors would become one.
const illegalIds = new Set(
  'null undefined none nil nan n/a na 0 -1 true false void unknown anonymous anon guest [] {}'.split(' '),
)
  .add('[object object]')
  .add('00000000-0000-0000-0000-000000000000');

export const personIdRule: FieldRule = (value) => {
  if (typeof value !== 'string') return ' must be a string of 1 to 200 characters';
  if (value.includes('\0')) return nulFault;
  const trimmed = value.trim();
  if (trimmed.length < 1 || trimmed.length > 200) return ' must be 1 to 200 characters';
  return trimmed.length < 40 && illegalIds.has(trimmed.toLowerCase())
    ? ' must identify someone: null, undefined, 0, guest and the like are not allowed; leave the field out instead'
    : undefined;
};

const scheme = /^\s*([a-z][a-z0-9+.-]*):(?!\d+(?:[/?#]|$))/i;
const referrerSchemes = new Set(['http', 'https', 'android-app', 'ios-app']);

export const referrerRule: FieldRule = (value) => {
  if (typeof value !== 'string') return ' must be a string of at most 2,000 characters';
  if (value.includes('\0')) return nulFault;
  if (value.length > 2000) return ' must be at most 2,000 characters';
  const found = scheme.exec(value)?.[1];
  return found === undefined || referrerSchemes.has(found.toLowerCase())
    ? undefined
    : ' must be an http or https URL, or a host name';
};

export const titleRule: FieldRule = (value) => {
  if (typeof value !== 'string') return ' must be a string of at most 500 characters';
  if (value.includes('\0')) return nulFault;
  return value.length <= 500 ? undefined : ' must be at most 500 characters';
};

const screenPattern = /^[1-9]\d{0,4}x[1-9]\d{0,4}$/;
// Letters, digits and hyphens, as in BCP 47 and as browsers write it.
const languagePattern = /^[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}$/;

/** What is left out, with a warning, where it is unfit: it is no reason to lose the event. */
export const screenRule: FieldRule = (value) =>
  typeof value === 'string' && screenPattern.test(value)
    ? undefined
    : ' must be width and height in pixels, such as "1440x900": it is left out';

export const languageRule: FieldRule = (value) =>
  typeof value === 'string' && value.length <= 35 && languagePattern.test(value)
    ? undefined
    : ' must be a language tag, such as "en-GB": it is left out';

export const userAgentRule: FieldRule = (value) =>
  typeof value === 'string' ? undefined : ' must be a string: it is left out';

export const addressRule: FieldRule = (value) =>
  typeof value === 'string' && isIP(value) ? undefined : ' must be an IPv4 or IPv6 address: it is left out';
