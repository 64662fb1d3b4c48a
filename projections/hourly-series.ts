import { hourOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';
import { sum } from '#projection/measures.js';

/** (site, start of the hour, event type): events. */
export const hourlySeries = defineProjection({
  name: 'hourly_series',
  version: 1,
  events: 'all',
  keys: { hour: 'timestamptz', eventType: 'text' },
  measures: { events: sum('bigint') },
  project: (event, site) => [
    { hour: hourOf(event.occurredAt, site.timeZone), eventType: event.type, events: 1 },
  ],
});
