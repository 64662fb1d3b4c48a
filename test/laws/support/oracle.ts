import type { StoredEvent } from '#events/stored-event.js';
import type { ColumnType, Measure, Projection, SiteSettings, Value } from '#projection/types.js';
import type { Logged } from './events.js';
import { rowText, type Contents } from './tables.js';

interface Given {
  readonly value: Value;
  readonly at: number;
  readonly sequence: number;
  readonly ordinal: number;
}

/**
 * What a projection's tables must hold: everything that `project` gave for a key is kept, and only then sorted, added up
 * or counted, as text and bigints. The product merges value by value, in memory and in SQL; nothing here is shared with it.
 */
export function expected(
  p: Projection,
  events: readonly Logged[],
  siteOf: (site: string) => SiteSettings,
): Contents {
  const rows = new Map<string, { key: string[]; given: Map<string, Given[]> }>();
  for (const { event, position } of events) {
    if (!hears(p, event)) continue;
    for (const row of p.project(event, siteOf(event.site), position)) {
      const key = [event.site, ...Object.keys(p.keys).map((name) => String(row[name]))];
      const name = JSON.stringify(key);
      const found = rows.get(name) ?? { key, given: new Map<string, Given[]>() };
      rows.set(name, found);
      for (const measure of Object.keys(p.measures)) {
        const value = row[measure];
        if (value === undefined) continue;
        const { sequence, ordinal } = position;
        found.given.set(measure, [
          ...(found.given.get(measure) ?? []),
          { value, at: event.occurredAt, sequence, ordinal },
        ]);
      }
    }
  }
  const all = [...rows.values()];
  const measures = Object.entries(p.measures);
  const main = all.map(({ key, given }) =>
    rowText([...key, ...measures.flatMap(([name, measure]) => resultOf(measure, given.get(name) ?? []))]),
  );
  const contents: Contents = { [p.name]: main.sort() };
  for (const [name, { kind }] of measures) {
    if (kind !== 'distinct') continue;
    contents[`${p.name}.${name}`] = all
      .flatMap(({ key, given }) =>
        different(given.get(name) ?? []).map((member) => rowText([...key, member])),
      )
      .sort();
  }
  return contents;
}

const hears = (p: Projection, event: StoredEvent) => p.events === 'all' || p.events.includes(event.type);

const different = (given: readonly Given[]): string[] => [
  ...new Set(given.map(({ value }) => String(value))),
];

/** The columns that a measure has, as PostgreSQL prints them. */
function resultOf({ kind, type }: Measure, given: readonly Given[]): (string | null)[] {
  switch (kind) {
    case 'distinct':
      return [String(different(given).length)];
    case 'sum':
      return [
        printed(
          type,
          given.map(({ value }) => units(type, value)).reduce((a, b) => a + b, 0n),
        ),
      ];
    case 'min':
    case 'max': {
      const sorted = given.map(({ value }) => value).sort((a, b) => compare(type, a, b));
      const found = sorted.at(kind === 'min' ? 0 : -1);
      return [found === undefined ? null : textOf(type, found)];
    }
    case 'first':
    case 'last': {
      const sorted = [...given].sort(
        (a, b) => a.at - b.at || a.sequence - b.sequence || a.ordinal - b.ordinal,
      );
      const found = sorted.at(kind === 'first' ? 0 : -1);
      if (!found) return [null, null, null, null];
      return [textOf(type, found.value), ...[found.at, found.sequence, found.ordinal].map(String)];
    }
  }
}

function compare(type: ColumnType, a: Value, b: Value): number {
  if (type === 'date') return String(a) < String(b) ? -1 : 1;
  const difference = units(type, a) - units(type, b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function textOf(type: ColumnType, value: Value): string {
  return type === 'numeric' ? printed(type, units(type, value)) : String(value);
}

/** Whole numbers as they are, decimals in millionths. */
function units(type: ColumnType, value: Value): bigint {
  const text = String(value);
  if (type !== 'numeric') return BigInt(text);
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const positive = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  return text.startsWith('-') ? -positive : positive;
}

function printed(type: ColumnType, value: bigint): string {
  if (type !== 'numeric') return String(value);
  const positive = value < 0n ? -value : value;
  const fraction = String(positive % 1_000_000n).padStart(6, '0');
  return `${value < 0n ? '-' : ''}${positive / 1_000_000n}.${fraction}`;
}
