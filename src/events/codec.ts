import { canonicalUuid } from './event-id.js';
import { wellFormedProperties } from './properties.js';
import { earliest, isWellFormedSiteId, maxAhead, pathBytes } from './rules.js';
import type { StoredEvent } from './stored-event.js';
import { fitsBytes } from './text.js';

export type Decoded =
  | { readonly ok: true; readonly event: StoredEvent }
  | { readonly ok: false; readonly reason: DecodeFault; readonly detail: string };

export type DecodeFault = 'malformed_json' | 'invalid_envelope' | 'unknown_version';

/** One line of JSON without line breaks; a record batch joins such lines with "\n". */
export function encodeEvent(event: StoredEvent): string {
  return JSON.stringify(event);
}

const SITE_AT_START = /^\{"v":1,"id":"[^"\\]*","site":"([^"\\]*)"/;

/** The site of a line as `encodeEvent` writes it, without reading the rest; undefined for what others wrote otherwise. */
export function siteOfLine(line: string): string | undefined {
  return SITE_AT_START.exec(line)?.[1];
}

/**
 * Reads one line of the log. A foreign publisher may have written anything, so everything the read models rely on
 * is checked. These bounds may be widened but never tightened: an event once accepted must stay readable.
 */
export function decodeEvent(line: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { ok: false, reason: 'malformed_json', detail: (error as Error).message };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return invalid('not a JSON object');
  const e = value as Record<string, unknown>;
  if (!Number.isSafeInteger(e.v)) return invalid('v must be an integer');
  if (e.v !== 1) {
    return { ok: false, reason: 'unknown_version', detail: `version ${String(e.v)}; this release reads 1` };
  }
  const id = typeof e.id === 'string' ? canonicalUuid(e.id) : undefined;
  if (id === undefined) return invalid('id must be a UUID');
  if (id !== e.id) e.id = id;
  const fault = envelopeFault(e);
  if (fault !== undefined) return invalid(fault);
  // NUL and lone surrogates come in as escapes only, and JSON.stringify escapes little else: nearly every line
  // skips the copy.
  const suspect = line.includes('\\u');
  const unfit = treeFault(e, suspect || line.includes('__proto__'));
  if (unfit !== undefined) return invalid(unfit);
  return { ok: true, event: (suspect ? wellFormedProperties(e) : e) as unknown as StoredEvent };
}

function invalid(detail: string): Decoded {
  return { ok: false, reason: 'invalid_envelope', detail };
}

const maxDepth = 32;

/** Nesting that would overflow whoever copies or prints the event; with `contents`, NUL and forbidden keys too. */
function treeFault(node: object, contents: boolean, depth = 0): string | undefined {
  if (depth > maxDepth) return `must not be nested deeper than ${maxDepth} levels`;
  for (const key of Object.keys(node)) {
    const value = (node as Record<string, unknown>)[key];
    if (contents) {
      if (key === '__proto__' || key.includes('\0')) return 'a key must not be __proto__ or contain NUL';
      if (typeof value === 'string' && value.includes('\0')) return 'text must not contain NUL';
    }
    if (typeof value === 'object' && value !== null) {
      const fault = treeFault(value, contents, depth + 1);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

const latest = Date.UTC(9999, 11, 31);
function envelopeFault(e: Record<string, unknown>): string | undefined {
  if (!isWellFormedSiteId(e.site)) return 'site must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -';
  if (!isText(e.type, 400) || e.type === '') return 'type must be 1 to 400 bytes of text';
  if (!isTime(e.occurredAt)) return 'occurredAt must be milliseconds from 1995 to 9999';
  if (!isTime(e.receivedAt)) return 'receivedAt must be milliseconds from 1995 to 9999';
  if (e.occurredAt > e.receivedAt + maxAhead) return 'occurredAt must be at most 24 hours after receivedAt';
  if (!isText(e.visitorId, 800) || e.visitorId === '') return 'visitorId must be 1 to 800 bytes of text';
  if (e.path !== undefined && !isText(e.path, pathBytes))
    return `path must be text of at most ${pathBytes} bytes`;
  const text =
    tooLong('userId', e.userId, 800) ??
    tooLong('url', e.url, 24_576) ??
    tooLong('referrer', e.referrer, 8192) ??
    tooLong('title', e.title, 2000) ??
    tooLong('userAgent', e.userAgent, 512) ??
    tooLong('language', e.language, 64) ??
    tooLong('screen', e.screen, 64) ??
    tooLong('requestId', e.requestId, 256);
  if (text !== undefined) return text;
  if (!isRecord(e.source) || !isText(e.source.dialect, 200)) return 'source must be an object with a dialect';
  if (e.geo !== undefined && !isPlace(e.geo)) return 'geo must be an object with a country of two letters';
  if (e.properties !== undefined && !isRecord(e.properties)) return 'properties must be an object';
  if (e.clientHints !== undefined) {
    if (!isRecord(e.clientHints)) return 'clientHints must be an object';
    if (!Object.values(e.clientHints).every((hint) => isText(hint, 1000)))
      return 'clientHints must hold text';
  }
  return undefined;
}

function tooLong(name: string, value: unknown, limit: number): string | undefined {
  return value === undefined || isText(value, limit)
    ? undefined
    : `${name} must be text of at most ${limit} bytes`;
}

function isPlace(value: unknown): boolean {
  return isRecord(value) && isText(value.country, 2) && isText(value.by, 200);
}

function isText(value: unknown, limit: number): value is string {
  return typeof value === 'string' && fitsBytes(value, limit);
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= earliest && (value as number) <= latest;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
