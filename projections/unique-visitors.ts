import { visitorOf } from '#events/visitor.js';
import { dayOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';
import { distinct } from '#projection/measures.js';

/**
 * (site, day): different visitors, by any event, and who they were. Those of a longer range are the different ones among the
 * members of its days. Whoever signs in counts again, as the user.
 */
export const uniqueVisitors = defineProjection({
  name: 'unique_visitors',
  version: 2,
  events: 'all',
  keys: { day: 'date' },
  measures: { visitors: distinct('uuid') },
  project: (event, site) => [{ day: dayOf(event.occurredAt, site.timeZone), visitors: visitorOf(event) }],
});
