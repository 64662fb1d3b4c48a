import { describe, expect, it } from 'vitest';
import { anEvent, deliveries, project } from '../test/harness/given.js';
import { locales } from './locales.js';

const geo = (country: string) => ({ geo: { country, by: 'header' } });

describe.each(deliveries)('locales, delivered %s', (_, deliver) => {
  it('counts the views of each country and language', () => {
    const events = [
      anEvent({ ...geo('DE'), language: 'de-DE' }),
      anEvent({ ...geo('DE'), language: 'de,en;q=0.5' }),
      anEvent({ ...geo('CH'), language: 'de' }),
      anEvent({ language: 'fr' }),
      anEvent(geo('NP')),
      anEvent(),
      anEvent({ ...geo('DE'), type: 'click' }),
    ];
    const day = '2026-03-14';
    expect(project(locales, events, deliver)).toEqual([
      { day, country: '', language: 'fr', views: 1 },
      { day, country: 'CH', language: 'de', views: 1 },
      { day, country: 'DE', language: 'de', views: 2 },
      { day, country: 'NP', language: '', views: 1 },
    ]);
  });
});
