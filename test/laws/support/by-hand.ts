import { createHash } from 'node:crypto';
import type { StoredEvent } from '#events/stored-event.js';
import type { Logged } from './events.js';
import { factsOfSender } from './senders.js';
import { rowText, type Contents } from './tables.js';

/**
 * The shipped read models worked out from the events alone: no `project`, no calendar and no visitor of the product's.
 * Slow and plain on purpose. `zoneOf` names each site's time zone.
 */
export function byHand(
  events: readonly Logged[],
  zoneOf: (site: string) => string,
): Record<string, Contents> {
  const all = events.map(({ event, position }) => ({
    event,
    position,
    ...factsOf(event, zoneOf(event.site)),
  }));
  const days = grouped(all, ({ event, day }) => [event.site, day]);
  const visits = grouped(all, ({ event, day, visitor }) => [event.site, day, visitor]);
  const hours = grouped(all, ({ event, hour }) => [event.site, String(hour), event.type]);
  const views = all.filter(({ event }) => event.type === 'page_view');
  const paths = grouped(
    views.filter(({ event }) => event.path !== undefined),
    ({ event, day }) => [event.site, day, event.path],
  );
  const blocks = grouped(all, ({ event, position }) => {
    const utcDay = new Date(event.occurredAt).toISOString().slice(0, 10);
    return [event.site, utcDay, String(Math.ceil(position.sequence / 1_000) - 1)];
  });
  const viewsBy = (name: 'devices' | 'sources' | 'locales') =>
    grouped(
      views.flatMap(({ event, day }) => {
        const facts = factsOfSender(event)[name];
        return facts ? [[event.site, day, ...facts]] : [];
      }),
      (facts) => facts,
    );
  const seen = visits.map(({ key }) => rowText(key)).sort();
  const aggregates = days.map(({ key, of }) => {
    const viewed = of.filter(({ event }) => event.type === 'page_view').length;
    return rowText([...key, ...[viewed, of.length].map(String)]);
  });
  const visitors = days.map(({ key, of }) =>
    rowText([...key, String(new Set(of.map(({ visitor }) => visitor)).size)]),
  );
  return {
    daily_aggregates: { daily_aggregates: aggregates.sort() },
    unique_visitors: { unique_visitors: visitors.sort(), 'unique_visitors.visitors': seen },
    top_paths: { top_paths: countedBy(paths) },
    hourly_series: { hourly_series: countedBy(hours) },
    devices: { devices: countedBy(viewsBy('devices')) },
    sources: { sources: countedBy(viewsBy('sources')) },
    locales: { locales: countedBy(viewsBy('locales')) },
    log_blocks: { log_blocks: blocks.map(({ key }) => rowText(key)).sort() },
  };
}

const countedBy = (groups: readonly { key: unknown[]; of: readonly unknown[] }[]) =>
  groups.map(({ key, of }) => rowText([...key, String(of.length)])).sort();

const clocks = new Map<string, Intl.DateTimeFormat>();

function factsOf(event: StoredEvent, timeZone: string): { day: string; hour: number; visitor: string } {
  let clock = clocks.get(timeZone);
  if (!clock) {
    const parts = {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      minute: '2-digit',
      hour: '2-digit',
    } as const;
    clocks.set(timeZone, (clock = new Intl.DateTimeFormat('sv-SE', { timeZone, ...parts })));
  }
  // 2026-03-14 05:30
  const [day = '', time = ''] = clock.format(event.occurredAt).split(' ');
  const intoHour = Number(time.slice(3)) * 60_000 + (event.occurredAt % 60_000);
  return { day, hour: event.occurredAt - intoHour, visitor: visitorOf(event) };
}

function visitorOf({ userId, visitorId }: StoredEvent): string {
  if (userId !== undefined) return uuid5('0f5b7d0e-2c4b-4f6a-8d1e-9b3a7c5d2e10', userId);
  const parts = visitorId.split('-').map((part) => part.length);
  return parts.join() === '8,4,4,4,12'
    ? visitorId.toLowerCase()
    : uuid5('7a9c1e3d-5b2f-4c8e-9d6a-0b4f8e2c6d31', visitorId);
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

function grouped<T>(from: readonly T[], key: (each: T) => unknown[]): { key: unknown[]; of: T[] }[] {
  const groups = new Map<string, { key: unknown[]; of: T[] }>();
  for (const each of from) {
    const name = JSON.stringify(key(each));
    const found = groups.get(name) ?? { key: key(each), of: [] };
    found.of.push(each);
    groups.set(name, found);
  }
  return [...groups.values()];
}
