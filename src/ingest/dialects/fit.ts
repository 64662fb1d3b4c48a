import { eventTypeRule, referrerRule, urlRule } from '#events/rules.js';
import { cutToBytes } from '#events/text.js';
import { parseTimestamp } from '#events/timestamp.js';

import { boundedProperties } from './bounded-properties.js';

type Fields = Readonly<Record<string, unknown>>;

/** The object, where it is one that has keys. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Text that says something. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** An ID as text; some senders write numbers. Longer ones are cut as `limit` says. */
export function idIn(value: unknown, limit = Infinity): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : textIn(value);
  return text?.trim().slice(0, limit);
}

/** A name of another product's event as our event type: the same wherever the rules allow it. */
export function eventTypeIn(value: unknown): string | undefined {
  const name = idIn(value);
  if (name === undefined || eventTypeRule(name) === undefined) return name;
  // What may not be shown becomes a space, and what is too long is cut: the event counts more than its name's end.
  return (
    name
      .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim()
      .slice(0, 100)
      .trim() || name
  );
}

/** Where it happened, as the canonical event has it. Other schemes than the web's (`file:`, `app:`) leave a path. */
export function placeIn(value: unknown): { url?: string; path?: string } {
  const text = textIn(value);
  if (text === undefined) return {};
  if (text.startsWith('/') && !text.startsWith('//')) return { path: text };
  const short = Buffer.byteLength(text) > 8192 ? text.split(/[?#]/, 1)[0] : text;
  if (urlRule(short) === undefined) return { url: short ?? text };
  const { protocol, pathname } = URL.canParse(text) ? new URL(text) : { protocol: '', pathname: '' };
  return !/^(https?:|data:|javascript:|blob:|)$/.test(protocol) && pathname.startsWith('/')
    ? { path: pathname }
    : {};
}

/** Left out where it is none; cut where it is long. */
export function referrerIn(value: unknown): string | undefined {
  const text = textIn(value)?.slice(0, 2000);
  return text !== undefined && referrerRule(text) === undefined ? text : undefined;
}

export function titleIn(value: unknown): string | undefined {
  return textIn(value)?.replaceAll('\0', '').slice(0, 500);
}

export function userAgentIn(value: unknown): string | undefined {
  const text = textIn(value);
  return text === undefined ? undefined : cutToBytes(text, 512);
}

/** "1440x900", of the two numbers that most clients send. */
export function screenIn(width: unknown, height: unknown): string | undefined {
  const both = [width, height].map((each) => (typeof each === 'number' ? Math.round(each) : 0));
  return both.every((each) => each > 0) ? both.join('x') : undefined;
}

/** Keeps what is not undefined: an absent field is no field. */
export function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** Undefined where nothing is in it: most events have no properties of their own. */
export function unlessEmpty(properties: Fields): Record<string, unknown> | undefined {
  return Object.keys(properties).length === 0 ? undefined : boundedProperties(properties);
}

/** A header that may come twice: the first. */
export function headerText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

/** Milliseconds since the epoch. A date and time without a zone is taken as UTC, as the servers of the dialects do. */
export function momentIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.round(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim().replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T');
  return parseTimestamp(text) ?? parseTimestamp(`${text}Z`) ?? parseTimestamp(`${text}T00:00:00Z`);
}
