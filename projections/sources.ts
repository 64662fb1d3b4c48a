import { arrivalOf } from '#events/audience/channel.js';
import { PAGE_VIEW_TYPES } from '#events/event-types.js';
import { dayOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';
import { sum } from '#projection/measures.js';

/**
 * (site, day, channel, host of the referrer, the five UTM fields): page views; a text is empty where there is none. A view
 * that was reached from another page of the site has no row.
 */
export const sources = defineProjection({
  name: 'sources',
  version: 1,
  events: PAGE_VIEW_TYPES,
  keys: {
    day: 'date',
    channel: 'text',
    referrer: 'text',
    utmSource: 'text',
    utmMedium: 'text',
    utmCampaign: 'text',
    utmTerm: 'text',
    utmContent: 'text',
  },
  measures: { views: sum('bigint') },
  project: (event, site) => {
    const arrival = arrivalOf(event);
    if (arrival === undefined) return [];
    const { channel, referrer, campaign } = arrival;
    const { utmSource, utmMedium, utmCampaign, utmTerm, utmContent } = campaign;
    const day = dayOf(event.occurredAt, site.timeZone);
    return [{ day, channel, referrer, utmSource, utmMedium, utmCampaign, utmTerm, utmContent, views: 1 }];
  },
});
