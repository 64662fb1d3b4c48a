import { describe, expect, it } from 'vitest';

import { decide } from '#events/track-event.js';

import { siteModels } from './sites.js';
import { backfill, backfillSize, liveTraffic, type BackfillPlan, type DemoEvent } from './traffic.js';

const HOUR = 3_600_000;
const until = Date.UTC(2026, 5, 17, 15, 40); // a Wednesday
const plan = (over: Partial<BackfillPlan> = {}): BackfillPlan => ({
  sites: siteModels(['shop', 'docs', 'blog']),
  days: 14,
  until,
  seed: 7,
  events: 9_000,
  ...over,
});
/** With a tenth of the usual traffic, where no total says how much there is. */
const small = plan().sites.map((site) => ({ ...site, eventsPerDay: site.eventsPerDay / 10 }));
const idsOf = (events: Iterable<DemoEvent>) => [...events].map((event) => event.eventId);
const take = (events: Iterator<DemoEvent>, n: number) =>
  Array.from({ length: n }, () => events.next().value as DemoEvent);

describe('back-filled traffic', () => {
  const events = [...backfill(plan())];

  it('is the same for the same seed and another for another', () => {
    expect([...backfill(plan())]).toEqual(events);
    expect([...backfill(plan({ seed: 8 }))]).not.toEqual(events);
  });

  it('has as many events as asked for, each with an ID of its own', () => {
    expect(events).toHaveLength(9_000);
    expect(new Set(idsOf(events)).size).toBe(9_000);
    const usual = plan({ sites: small, events: undefined, days: 2 });
    expect([...backfill(usual)]).toHaveLength(backfillSize(usual));
  });

  it('passes the rules for events', () => {
    const refused = events
      .map(({ occurredAt, ...event }) =>
        decide(
          { ...event, timestamp: new Date(occurredAt ?? 0).toISOString() },
          { receivedAt: until, dialect: 'demo' },
        ),
      )
      .filter((decision) => !decision.accepted);
    expect(refused).toEqual([]);
  });

  it('lies in whole hours of the asked days', () => {
    const times = events.map((event) => event.occurredAt ?? 0);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(Date.UTC(2026, 5, 3));
    expect(Math.max(...times)).toBeLessThan(Date.UTC(2026, 5, 17, 15));
  });

  it('adds only the hours since when it is made again later', () => {
    const usual = plan({ sites: small, days: 3, events: undefined });
    const end = Math.floor(until / HOUR) * HOUR;
    const before = idsOf(backfill(usual));
    const dayLater = [...backfill({ ...usual, days: 4, until: until + 24 * HOUR })];
    expect(dayLater.filter((event) => (event.occurredAt ?? 0) < end).map((event) => event.eventId)).toEqual(
      before,
    );
    expect(dayLater.length).toBeGreaterThan(before.length);
  });

  it('has large and small sites, quiet nights, quiet weekends where people work, and visitors who come back', () => {
    const of = (site: string) => events.filter((event) => event.siteId === site);
    expect(of('shop').length).toBeGreaterThan(of('docs').length);
    expect(of('docs').length).toBeGreaterThan(of('blog').length);
    const hour = (at: number) =>
      of('shop').filter((event) => new Date(event.occurredAt ?? 0).getUTCHours() === at).length;
    expect(hour(19)).toBeGreaterThan(2 * hour(6));
    const day = (at: number) =>
      of('docs').filter((event) => new Date(event.occurredAt ?? 0).getUTCDay() === at).length;
    expect(day(2)).toBeGreaterThan(1.5 * day(0));
    const visits = new Map<string, number>();
    for (const { visitorId } of of('docs')) visits.set(visitorId, (visits.get(visitorId) ?? 0) + 1);
    const counts = [...visits.values()].sort((a, b) => b - a);
    expect(counts[0]).toBeGreaterThan(20);
    expect(counts.at(Math.floor(counts.length / 2))).toBeLessThan(8);
    expect(new Set(events.map((event) => event.eventType)).size).toBeGreaterThan(5);
    expect(new Set(events.map((event) => event.referrer)).size).toBeGreaterThan(5);
  });
});

describe('live traffic', () => {
  const sites = siteModels(['shop', 'docs']);

  it('goes on for ever, the same for the same seed, for all sites', () => {
    const first = take(liveTraffic(sites, 1), 2_000);
    expect(take(liveTraffic(sites, 1), 2_000)).toEqual(first);
    expect(new Set(first.map((event) => event.siteId))).toEqual(new Set(['shop', 'docs']));
  });
});
