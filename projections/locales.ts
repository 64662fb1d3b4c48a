import { languageOf } from '#events/audience/language.js';
import { PAGE_VIEW_TYPES } from '#events/event-types.js';
import { dayOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';
import { sum } from '#projection/measures.js';

/** (site, day, country, language): page views; a text is empty where nobody knows. */
export const locales = defineProjection({
  name: 'locales',
  version: 1,
  events: PAGE_VIEW_TYPES,
  keys: { day: 'date', country: 'text', language: 'text' },
  measures: { views: sum('bigint') },
  project: (event, site) => {
    const country = event.geo?.country ?? '';
    const language = languageOf(event.language);
    if (country === '' && language === '') return [];
    return [{ day: dayOf(event.occurredAt, site.timeZone), country, language, views: 1 }];
  },
});
