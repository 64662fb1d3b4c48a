import { visitorOf } from '#events/visitor.js';
import { dayOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';
import { distinct, sum } from '#projection/measures.js';

/** (site, day): page views, events of every type, and different visitors. */
export const dailyAggregates = defineProjection({
  name: 'daily_aggregates',
  version: 1,
  events: 'all',
  keys: { day: 'date' },
  measures: { pageViews: sum('bigint'), events: sum('bigint'), uniqueVisitors: distinct('uuid') },
  project: (event, site) => [
    {
      day: dayOf(event.occurredAt, site.timeZone),
      pageViews: event.type === 'page_view' ? 1 : 0,
      events: 1,
      uniqueVisitors: visitorOf(event),
    },
  ],
});
