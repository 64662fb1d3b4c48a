import { parseTimestamp } from '../timestamp.js';
import type { PropertyDefinition, PropertyKind } from './definition.js';

const LEAST_FORBIDDEN_AMOUNT = 1e12;
const decimal = /^\d{1,12}(?:\.(\d{1,6}))?$/;
const USUAL_DECIMALS = 2;

const known = new Set(Intl.supportedValuesOf('currency'));
const decimals = new Map<string, number>();

/**
 * What is wrong with a property's value, as the end of a sentence that begins with its name; undefined where nothing is.
 *
 * @param currency of an amount, where the event names one
 */
export function propertyFault(
  { kind, from, to }: PropertyDefinition,
  value: unknown,
  currency?: unknown,
): string | undefined {
  if (kind === 'amount') return amountFault(value, currency);
  if (!holds[kind](value)) return words[kind];
  if (typeof value !== 'number') return undefined;
  if ((from !== undefined && value < from) || (to !== undefined && value > to)) {
    if (to === undefined) return ` must be at least ${from ?? 0}`;
    return from === undefined ? ` must be at most ${to}` : ` must be from ${from} to ${to}`;
  }
  return undefined;
}

const holds: Record<Exclude<PropertyKind, 'amount'>, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && parseTimestamp(value) !== undefined,
  // Some write it in lower case.
  currency: (value) => typeof value === 'string' && known.has(value.toUpperCase()),
  list: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const words: Record<Exclude<PropertyKind, 'amount'>, string> = {
  text: ' must be text',
  number: ' must be a number',
  integer: ' must be a whole number',
  boolean: ' must be true or false',
  time: ' must be an ISO 8601 date and time with a zone, such as "2026-01-31T12:00:00Z"',
  currency: ' must be a currency of ISO 4217, such as "EUR"',
  list: ' must be a list',
  object: ' must be an object',
};

/** Nothing is guessed: "12,50" is twelve and a half here and a thousand times as much there. */
function amountFault(value: unknown, currency: unknown): string | undefined {
  const most = decimalsOf(currency);
  const fits = typeof value === 'number' ? fitsNumber(value, most) : fitsText(value, most);
  if (fits) return undefined;
  const rest = most === 0 ? 'without decimals' : `with at most ${most} decimals`;
  const example = most === 0 ? '12' : '12.5';
  return ` must be an amount from 0 to below 1,000,000,000,000 ${rest}, as a number or as text such as "${example}"`;
}

function fitsText(value: unknown, most: number): boolean {
  const match = typeof value === 'string' ? decimal.exec(value) : null;
  return match !== null && (match[1]?.length ?? 0) <= most;
}

/** 0.1 + 0.2 is no other amount than 0.3, and 1.999 yen are not 2. */
function fitsNumber(value: number, most: number): boolean {
  const smallest = value * 10 ** most;
  const rounding = Math.max(1e-6, smallest * 2 ** -50);
  return (
    value >= 0 && value < LEAST_FORBIDDEN_AMOUNT && Math.abs(smallest - Math.round(smallest)) <= rounding
  );
}

function decimalsOf(given: unknown): number {
  const currency = typeof given === 'string' ? given.toUpperCase() : '';
  if (!known.has(currency)) return USUAL_DECIMALS;
  let found = decimals.get(currency);
  if (found === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    decimals.set(currency, (found = format.resolvedOptions().maximumFractionDigits ?? USUAL_DECIMALS));
  }
  return found;
}
