import { ProjectionFault } from './fault.js';
import type { ColumnType, Value } from './types.js';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const DECIMAL = /^(-?)(\d{1,26})(?:\.(\d{1,6}))?$/;
const LONGEST_TEXT = 2_000;
/** Years 0001 to 9999, which ISO 8601 writes with four digits. */
const EARLIEST = -62_135_596_800_000;
const LATEST = 253_402_300_799_999;
const BIGINT_LIMIT = 2n ** 63n;
/** `numeric(38, 6)`; a single value stays 10^6 times below it, so that a sum has room. */
const SCALE = 6;
const NUMERIC_LIMIT = 10n ** 26n * 10n ** BigInt(SCALE);
const INT_LIMITS = { smallint: 2 ** 15, int: 2 ** 31 } as const;

/**
 * One value, one representation: what PostgreSQL holds equal must be equal here too, or an upsert would meet its own
 * row twice (SQLSTATE 21000). bigint: number while safe, else bigint; numeric: bigint of millionths.
 * Throws ProjectionFault for what the column cannot hold.
 */
export function canonical(type: ColumnType, value: Value | undefined, column: string): Value {
  if (value == null) throw new ProjectionFault('value_missing', `${column} is missing`);
  switch (type) {
    case 'text':
      return text(value, column);
    case 'uuid':
      return typeof value === 'string' && UUID.test(value) ? value : invalid(column, 'a UUID in lower case');
    case 'date':
      return typeof value === 'string' && isDate(value) ? value : invalid(column, 'a date, YYYY-MM-DD');
    case 'timestamptz':
      return integer(value, column, EARLIEST, LATEST);
    case 'smallint':
    case 'int':
      return integer(value, column, -INT_LIMITS[type], INT_LIMITS[type] - 1);
    case 'bigint':
      return bigint(value, column);
    case 'numeric':
      return millionths(value, column);
  }
}

/** The value as an element of an array literal, `{…}`; `null` becomes NULL. Expects a canonical value. */
export function literal(type: ColumnType, value: Value | null): string {
  if (value === null) return 'NULL';
  if (type === 'text') return `"${quote(String(value))}"`;
  if (type === 'timestamptz') return new Date(Number(value)).toISOString();
  if (type === 'numeric') return decimal(BigInt(value));
  return String(value);
}

function quote(value: string): string {
  return value.includes('"') || value.includes('\\') ? value.replace(/["\\]/g, '\\$&') : value;
}

function text(value: Value, column: string): string {
  if (typeof value !== 'string') return invalid(column, 'text');
  // A UTF-16 unit is at most three bytes of UTF-8, so most texts need no count.
  if (value.length > LONGEST_TEXT || (value.length * 3 > LONGEST_TEXT && utf8Length(value) > LONGEST_TEXT)) {
    throw new ProjectionFault('text_too_long', `${column} has more than ${LONGEST_TEXT} bytes`);
  }
  if (value.includes('\0')) throw new ProjectionFault('text_not_storable', `${column} contains NUL`);
  if (LONE_SURROGATE.test(value)) {
    throw new ProjectionFault('text_not_storable', `${column} contains half of a surrogate pair`);
  }
  return value;
}

function utf8Length(value: string): number {
  let bytes = 0;
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function isDate(value: string): boolean {
  if (!DATE.test(value) || value < '0001-01-01') return false;
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
}

function integer(value: Value, column: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return invalid(column, 'a whole number');
  if (value < least || value > most) return outOfRange(column, `${least} to ${most}`);
  return value === 0 ? 0 : value;
}

function bigint(value: Value, column: string): Value {
  if (typeof value === 'number') {
    // Past 2^53 a number is no longer the one that was meant.
    return Number.isSafeInteger(value) ? value : invalid(column, 'a safe integer or a bigint');
  }
  if (typeof value !== 'bigint') return invalid(column, 'a safe integer or a bigint');
  if (value < -BIGINT_LIMIT || value >= BIGINT_LIMIT) return outOfRange(column, '64 bits');
  return narrow(value);
}

/** A number where that is exact, else the bigint. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function millionths(value: Value, column: string): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    return invalid(column, 'a decimal as text, a safe integer or a bigint (never a float)');
  }
  const match = DECIMAL.exec(String(value));
  if (!match) return invalid(column, 'a decimal of at most 26 digits and 6 decimals');
  const [, sign, whole = '0', fraction = ''] = match;
  const units = BigInt(whole + fraction.padEnd(SCALE, '0'));
  if (units >= NUMERIC_LIMIT) return outOfRange(column, 'less than 10^26');
  return sign === '-' ? -units : units;
}

function decimal(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(SCALE + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`;
}

function invalid(column: string, wanted: string): never {
  throw new ProjectionFault('value_invalid', `${column} must be ${wanted}`);
}

function outOfRange(column: string, range: string): never {
  throw new ProjectionFault('value_out_of_range', `${column} must be ${range}`);
}
