import { describe, expect, it } from 'vitest';
import { anEvent, deliveries, project } from '../test/harness/given.js';
import { sources } from './sources.js';

const day = '2026-03-14';
const none = {
  day,
  referrer: '',
  utmSource: '',
  utmMedium: '',
  utmCampaign: '',
  utmTerm: '',
  utmContent: '',
};
const url = 'https://shop.example/';

describe.each(deliveries)('sources, delivered %s', (_, deliver) => {
  it('counts the views of each way to the site', () => {
    const events = [
      anEvent(),
      anEvent({ url, referrer: 'https://www.google.com/' }),
      anEvent({ url, referrer: 'https://google.com/search' }),
      anEvent({ url: `${url}?utm_source=news&utm_medium=email&utm_campaign=May&utm_term=a&utm_content=b` }),
      anEvent({ url, referrer: 'https://www.google.com/', type: 'click' }),
    ];
    expect(project(sources, events, deliver)).toEqual([
      { ...none, channel: 'direct', views: 1 },
      {
        day,
        channel: 'email',
        referrer: '',
        utmSource: 'news',
        utmMedium: 'email',
        utmCampaign: 'May',
        utmTerm: 'a',
        utmContent: 'b',
        views: 1,
      },
      { ...none, channel: 'organic_search', referrer: 'google.com', views: 2 },
    ]);
  });

  it('has no row for a view that another page of the site led to', () => {
    const events = [
      anEvent({ url: `${url}a`, referrer: `${url}b` }),
      anEvent({ site: 'shop', referrer: 'shop' }),
    ];
    expect(project(sources, events, deliver)).toEqual([]);
  });
});

it('a key of the longest texts fits an index, which takes 2,704 bytes', () => {
  const long = 'x'.repeat(2_000);
  const query = ['source', 'medium', 'campaign', 'term', 'content']
    .map((name) => `utm_${name}=${long}`)
    .join('&');
  const [row] = project(sources, [anEvent({ url: `${url}?${query}`, referrer: `https://${long}/` })]);
  expect(Buffer.byteLength(Object.values(row ?? {}).join(''))).toBeLessThan(1_400);
});
