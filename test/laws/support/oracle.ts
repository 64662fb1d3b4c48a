import { createHash } from 'node:crypto';
import type { StoredEvent } from '#events/stored-event.js';
import { everyMeasure } from './every-measure.js';
import type { Logged } from './events.js';
import { rowText, type Contents } from './tables.js';

/**
 * What the read models must hold, worked out anew from the events: no Fold, no SQL, no calendar, no visitor of the
 * product's. Slow and plain on purpose. `zoneOf` names each site's time zone.
 */
export function expected(
  events: readonly Logged[],
  zoneOf: (site: string) => string,
): Record<string, Contents> {
  const all = events.map((each) => ({ ...each, ...factsOf(each.event, zoneOf(each.event.site)) }));
  type Fact = (typeof all)[number];
  const group = (from: readonly Fact[], key: (fact: Fact) => unknown[]) => [...grouped(from, key).values()];
  const views = all.filter(({ event }) => event.type === 'page_view');
  const days = group(all, ({ event, day }) => [event.site, day]);
  const dayOfVisitor = group(all, ({ event, day, visitor }) => [event.site, day, visitor]);
  const seen = dayOfVisitor.map(({ key }) => rowText(key)).sort();
  const result: Record<string, Contents> = {
    daily_aggregates: {
      daily_aggregates: days
        .map(({ key, of }) => {
          const visitors = new Set(of.map((fact) => fact.visitor)).size;
          const viewed = of.filter(({ event }) => event.type === 'page_view').length;
          return rowText([...key, ...[viewed, of.length, visitors].map(String)]);
        })
        .sort(),
      'daily_aggregates.uniqueVisitors': seen,
    },
    unique_visitors: { unique_visitors: seen },
    top_paths: {
      top_paths: group(
        views.filter(({ event }) => event.path !== undefined),
        ({ event, day }) => [event.site, day, event.path],
      )
        .map(({ key, of }) => rowText([...key, String(of.length)]))
        .sort(),
    },
    hourly_series: {
      hourly_series: group(all, ({ event, hour }) => [event.site, String(hour), event.type])
        .map(({ key, of }) => rowText([...key, String(of.length)]))
        .sort(),
    },
    every_measure: everyMeasureOf(events),
  };
  return result;
}

function factsOf(event: StoredEvent, timeZone: string): { day: string; hour: number; visitor: string } {
  const at = new Date(event.occurredAt);
  const local = (options: Intl.DateTimeFormatOptions) => at.toLocaleString('sv-SE', { timeZone, ...options });
  const day = local({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const intoHour =
    Number(local({ minute: 'numeric' })) * 60_000 + (((event.occurredAt % 60_000) + 60_000) % 60_000);
  return { day, hour: event.occurredAt - intoHour, visitor: visitorOf(event) };
}

function visitorOf({ userId, visitorId }: StoredEvent): string {
  if (userId !== undefined) return uuid5('0f5b7d0e-2c4b-4f6a-8d1e-9b3a7c5d2e10', userId);
  const isUuid =
    visitorId.length === 36 &&
    visitorId
      .split('-')
      .map((part) => part.length)
      .join() === '8,4,4,4,12';
  return isUuid ? visitorId.toLowerCase() : uuid5('7a9c1e3d-5b2f-4c8e-9d6a-0b4f8e2c6d31', visitorId);
}

function uuid5(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Measures by sorting and by big arithmetic, where the product merges value by value. */
function everyMeasureOf(events: readonly Logged[]): Contents {
  const settings = { timeZone: 'UTC', revision: 0 };
  const heard = events.filter(({ event }) => everyMeasure.events.includes(event.type));
  const rows = heard.flatMap(({ event, position }) =>
    everyMeasure
      .project(event, { id: event.site, ...settings })
      .map((row) => ({ row, at: event.occurredAt, position, site: event.site })),
  );
  const { main, visitors, users } = { main: [] as string[], visitors: [] as string[], users: [] as string[] };
  for (const { key, of } of grouped(rows, ({ site, row }) => [
    site,
    ...[row.weekday, row.bucket, row.name].map(String),
  ]).values()) {
    const having = (name: string) => of.filter(({ row }) => row[name] !== undefined);
    const values = (name: string) => having(name).map(({ row }) => String(row[name]));
    const total = (name: string) => String(values(name).reduce((a, b) => a + BigInt(b), 0n));
    const byNumber = (name: string) => values(name).sort((a, b) => Number(a) - Number(b));
    const ranked = (name: string, which: 0 | -1) => {
      const sorted = having(name).sort(
        (a, b) =>
          a.at - b.at || a.position.sequence - b.position.sequence || a.position.ordinal - b.position.ordinal,
      );
      const found = sorted.at(which);
      if (!found) return [null, null, null, null];
      return [found.row[name], found.at, found.position.sequence, found.position.ordinal].map(String);
    };
    const [amount, ...rank] = ranked('lastAmount', -1);
    const members = (name: string) => [...new Set(values(name))];
    main.push(
      rowText([
        ...key,
        total('small'),
        total('big'),
        decimal(values('money').reduce((a, b) => a + millionths(b), 0n)),
        values('least').length > 0 ? decimal(millionths(byNumber('least')[0] ?? '')) : null,
        byNumber('earliest')[0],
        byNumber('latest').at(-1),
        values('newestDay').sort().at(-1),
        ...ranked('firstPath', 0),
        ...ranked('lastVisitor', -1),
        amount == null ? null : decimal(millionths(amount)),
        ...rank,
        String(members('visitors').length),
        String(members('users').length),
      ]),
    );
    visitors.push(...members('visitors').map((member) => rowText([...key, member])));
    users.push(...members('users').map((member) => rowText([...key, member])));
  }
  return {
    every_measure: main.sort(),
    'every_measure.visitors': visitors.sort(),
    'every_measure.users': users.sort(),
  };
}

function grouped<T>(
  from: readonly T[],
  key: (each: T) => unknown[],
): Map<string, { key: unknown[]; of: T[] }> {
  const groups = new Map<string, { key: unknown[]; of: T[] }>();
  for (const each of from) {
    const name = JSON.stringify(key(each));
    const found = groups.get(name) ?? { key: key(each), of: [] };
    found.of.push(each);
    groups.set(name, found);
  }
  return groups;
}

function millionths(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  return text.startsWith('-') ? -units : units;
}

function decimal(units: bigint): string {
  const positive = units < 0n ? -units : units;
  return `${units < 0n ? '-' : ''}${positive / 1_000_000n}.${String(positive % 1_000_000n).padStart(6, '0')}`;
}
