import { visitorOf } from '#events/visitor.js';
import { dayOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';

/**
 * (site, day, visitor): a row for everyone who was seen that day, by any event. Visitors of a longer range are the
 * different ones among its days. Whoever signs in counts again, as the user.
 */
export const uniqueVisitors = defineProjection({
  name: 'unique_visitors',
  version: 1,
  events: 'all',
  keys: { day: 'date', visitor: 'uuid' },
  measures: {},
  project: (event, site) => [{ day: dayOf(event.occurredAt, site.timeZone), visitor: visitorOf(event) }],
});
