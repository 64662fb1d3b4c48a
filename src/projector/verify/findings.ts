import type { Finding } from '#database/verification.js';
import { receiptOf, type Position } from '#events/position.js';

/** One number for (sequence, ordinal), in their order; exact up to 2^35 messages of a partition. */
export const ORDINALS = 2 ** 18;

export function placeOf({ sequence, ordinal }: Pick<Position, 'sequence' | 'ordinal'>): number {
  return sequence * ORDINALS + Math.max(0, ordinal);
}

export function showPlace(partition: number, place: number): string {
  return receiptOf({ partition, sequence: Math.floor(place / ORDINALS), ordinal: place % ORDINALS });
}

/** A finding as it is met: `since` is a place. */
export interface Found {
  readonly kind: Finding['kind'];
  readonly what: string;
  readonly projection?: string | undefined;
  readonly day?: string | null;
  readonly measure?: string;
  /** 1 unless told. */
  readonly rows?: number;
  readonly fromLog?: string | null;
  readonly recorded?: string | null;
  readonly since?: number | null;
  readonly example?: string | null;
  /** Rows that drift and are not told by another finding; `rows` unless told. */
  readonly drifting?: number;
}

/** Findings kept in full; the rest is counted, so that a log lost whole costs no memory. */
const MOST = 1_000;

/** Adds up what is found in one partition. */
export class Findings {
  driftRows = 0;
  total = 0;
  readonly #kept = new Map<string, Finding & { place: number | null }>();

  constructor(private readonly partition: number) {}

  add(found: readonly Found[]): void {
    for (const each of found) this.#one(each);
  }

  list(): Finding[] {
    return [...this.#kept.values()].map(({ place, ...finding }) => ({
      ...finding,
      since: place === null ? null : showPlace(this.partition, place),
    }));
  }

  #one(found: Found): void {
    const { kind, what, projection = null, day = null, measure = null, rows = 1 } = found;
    const { fromLog = null, recorded = null, since = null, example = null } = found;
    this.driftRows += found.drifting ?? rows;
    const key = JSON.stringify([kind, what, projection, day, measure]);
    const old = this.#kept.get(key);
    if (!old) {
      this.total++;
      if (this.#kept.size >= MOST) return;
    }
    this.#kept.set(key, {
      kind,
      what,
      partition: this.partition,
      projection,
      day,
      measure,
      rows: rows + (old?.rows ?? 0),
      fromLog: added(old?.fromLog ?? null, fromLog),
      recorded: added(old?.recorded ?? null, recorded),
      since: null,
      place: earlier(old?.place ?? null, since),
      example: old?.example ?? example,
    });
  }
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** Decimals as PostgreSQL prints them, exactly. */
export function added(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  const scale = Math.max(fraction(a).length, fraction(b).length);
  const sum = scaled(a, scale) + scaled(b, scale);
  if (scale === 0) return String(sum);
  const digits = String(sum < 0n ? -sum : sum).padStart(scale + 1, '0');
  return `${sum < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const fraction = (text: string): string => text.split('.')[1] ?? '';
const scaled = (text: string, scale: number): bigint =>
  BigInt(text.split('.').join('') + '0'.repeat(scale - fraction(text).length));
