import { isPageView } from '#events/event-types.js';
import { dayOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';
import { sum } from '#projection/measures.js';

/** (site, day): page views, and events of every type. */
export const dailyAggregates = defineProjection({
  name: 'daily_aggregates',
  version: 2,
  events: 'all',
  keys: { day: 'date' },
  measures: { pageViews: sum('bigint'), events: sum('bigint') },
  project: (event, site) => [
    {
      day: dayOf(event.occurredAt, site.timeZone),
      pageViews: isPageView(event.type) ? 1 : 0,
      events: 1,
    },
  ],
});
