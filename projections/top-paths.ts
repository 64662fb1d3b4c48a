import { PAGE_VIEW_TYPES } from '#events/event-types.js';
import { dayOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';
import { sum } from '#projection/measures.js';

/** (site, day, path): page views. A view without a path counts in the daily aggregates alone. */
export const topPaths = defineProjection({
  name: 'top_paths',
  version: 1,
  events: PAGE_VIEW_TYPES,
  keys: { day: 'date', path: 'text' },
  measures: { views: sum('bigint') },
  project: (event, site) =>
    event.path === undefined
      ? []
      : [{ day: dayOf(event.occurredAt, site.timeZone), path: event.path, views: 1 }],
});
