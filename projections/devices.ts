import { botOf } from '#events/audience/bot.js';
import { browserOf } from '#events/audience/browser.js';
import { screenClassOf } from '#events/audience/screen.js';
import { PAGE_VIEW_TYPES } from '#events/event-types.js';
import { dayOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';
import { sum } from '#projection/measures.js';

/**
 * (site, day, device, system, browser, class of screen, class of bot): page views; a text is empty where nobody knows. A bot
 * has no browser and no screen, whatever it says: it would be counted among those of people.
 */
export const devices = defineProjection({
  name: 'devices',
  // Raised with the versions of the libraries too, which `projections/devices.spec.ts` names, by a migration that retires the one before.
  version: 1,
  events: PAGE_VIEW_TYPES,
  keys: { day: 'date', device: 'text', os: 'text', browser: 'text', screen: 'text', bot: 'text' },
  measures: { views: sum('bigint') },
  project: (event, site) => {
    const bot = botOf(event);
    const { device, os, browser } = browserOf(bot === '' ? (event.userAgent ?? '') : '');
    const screen = bot === '' ? screenClassOf(event.screen) : '';
    if (bot === '' && browser === '' && os === '' && screen === '') return [];
    return [{ day: dayOf(event.occurredAt, site.timeZone), device, os, browser, screen, bot, views: 1 }];
  },
});
