import { describe, expect, it } from 'vitest';
import { anEvent, deliveries, project } from '../test/harness/given.js';
import { dailyAggregates } from './daily-aggregates.js';

describe.each(deliveries)('daily aggregates, delivered %s', (_, deliver) => {
  const rows = (events: Parameters<typeof project>[1], timeZone?: string) =>
    project(dailyAggregates, events, deliver, timeZone);

  it('counts views, and events of every type', () => {
    const events = [anEvent(), anEvent(), anEvent({ type: 'click' }), anEvent({ type: 'beer_poured' })];
    expect(rows(events)).toEqual([{ day: '2026-03-14', pageViews: 2, events: 4 }]);
  });

  it('ends a day at midnight', () => {
    const events = ['2026-03-14T23:59:59.999Z', '2026-03-15T00:00:00.000Z'].map((at) => anEvent({ at }));
    expect(rows(events).map((row) => row.day)).toEqual(['2026-03-14', '2026-03-15']);
  });

  it("ends a day at the site's midnight", () => {
    const events = [anEvent({ at: '2026-03-14T22:59:59Z' }), anEvent({ at: '2026-03-14T23:00:00Z' })];
    expect(rows(events, 'Europe/Berlin').map((row) => row.day)).toEqual(['2026-03-14', '2026-03-15']);
  });
});
