import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { botList } from '#events/site-rules/bot-list.js';
import { anEvent, deliveries, project } from '../test/harness/given.js';
import { devices } from './devices.js';

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
const google = 'Mozilla/5.0 (Linux; Android 6.0.1) Chrome/141.0 Mobile (compatible; Googlebot/2.1)';
const day = '2026-03-14';
const none = { device: '', os: '', browser: '', screen: '', bot: '' };

describe.each(deliveries)('devices, delivered %s', (_, deliver) => {
  it('counts the views of each combination', () => {
    const events = [
      anEvent({ userAgent: chrome, screen: '1920x1080' }),
      anEvent({ userAgent: chrome, screen: '1536x864' }),
      anEvent({ userAgent: phone, screen: '390x844' }),
      anEvent({ userAgent: phone }),
      anEvent({ screen: '800x600' }),
      anEvent({ userAgent: phone, type: 'click' }),
    ];
    const ios = { ...none, day, device: 'mobile', os: 'iOS', browser: 'Safari' };
    expect(project(devices, events, deliver)).toEqual([
      { ...none, day, screen: 'tablet', views: 1 },
      { ...none, day, device: 'desktop', os: 'Windows', browser: 'Chrome', screen: 'desktop', views: 2 },
      { ...ios, views: 1 },
      { ...ios, screen: 'mobile', views: 1 },
    ]);
  });

  it('counts a bot as what it is, and not among the browsers', () => {
    const events = [anEvent({ userAgent: google, screen: '412x732' }), anEvent({ userAgent: 'curl/8.14.1' })];
    expect(project(devices, events, deliver)).toEqual([
      { ...none, day, bot: 'http-library', views: 1 },
      { ...none, day, bot: 'search-engine', views: 1 },
    ]);
  });

  it('has no row for a view of which nothing is known', () => {
    const library = anEvent({ userAgent: 'python-requests/2.32.0', source: { dialect: 'tidemark' } });
    expect(project(devices, [anEvent(), anEvent({ userAgent: 'x' }), library], deliver)).toEqual([]);
  });
});

it('is of another version where a library is', () => {
  const { version } = createRequire(import.meta.url)('bowser/package.json') as { version: string };
  // Raise the version of the projection with either, and retire the one before by a migration (migrations/retire-version.ts): then the
  // past is filled anew by what is known now. A raised version alone does not start.
  expect({ version: devices.version, bowser: version, bots: botList() }).toEqual({
    version: 1,
    bowser: '2.15.0',
    bots: 'f06aac1bd52ac93e',
  });
});
