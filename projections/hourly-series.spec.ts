import { describe, expect, it } from 'vitest';
import { anEvent, deliveries, project } from '../test/harness/given.js';
import { hourlySeries } from './hourly-series.js';

describe.each(deliveries)('hourly series, delivered %s', (_, deliver) => {
  it('counts the events of each type of each hour', () => {
    const events = [
      anEvent({ at: '2026-03-14T12:00:00Z' }),
      anEvent({ at: '2026-03-14T12:59:59.999Z' }),
      anEvent({ at: '2026-03-14T12:30:00Z', type: 'beer_poured' }),
      anEvent({ at: '2026-03-14T13:00:00Z' }),
    ];
    const noon = Date.parse('2026-03-14T12:00:00Z');
    expect(project(hourlySeries, events, deliver)).toEqual([
      { hour: noon, eventType: 'beer_poured', events: 1 },
      { hour: noon, eventType: 'page_view', events: 2 },
      { hour: noon + 3_600_000, eventType: 'page_view', events: 1 },
    ]);
  });

  it("starts an hour with the site's clocks, also where they are half an hour off", () => {
    const events = [anEvent({ at: '2026-03-14T12:29:59Z' }), anEvent({ at: '2026-03-14T12:30:00Z' })];
    expect(project(hourlySeries, events, deliver, 'Asia/Kolkata').map((row) => row.hour)).toEqual([
      Date.parse('2026-03-14T11:30:00Z'),
      Date.parse('2026-03-14T12:30:00Z'),
    ]);
  });

  it('keeps the two hours apart that summer time ends with', () => {
    const events = ['2026-10-25T00:15:00Z', '2026-10-25T01:15:00Z'].map((at) => anEvent({ at }));
    expect(project(hourlySeries, events, deliver, 'Europe/Berlin')).toHaveLength(2);
  });
});
