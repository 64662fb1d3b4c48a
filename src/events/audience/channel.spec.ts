import { describe, expect, it } from 'vitest';
import { anEvent } from '../../../test/harness/given.js';
import { arrivalOf } from './channel.js';

const page = (query: string) => `https://www.shop.example/sale${query === '' ? '' : `?${query}`}`;
const arrival = (referrer: string | undefined, query = '') =>
  arrivalOf(anEvent({ url: page(query), ...(referrer !== undefined && { referrer }) }));

describe('by the referrer alone', () => {
  it.each([
    [undefined, 'direct', ''],
    ['https://www.google.com/', 'organic_search', 'google.com'],
    ['https://www.google.co.uk/search?q=x', 'organic_search', 'google.co.uk'],
    ['HTTPS://User:Pass@Duckduckgo.com:443/', 'organic_search', 'duckduckgo.com'],
    ['https://search.brave.com/', 'organic_search', 'search.brave.com'],
    [
      'android-app://com.google.android.googlequicksearchbox/',
      'organic_search',
      'com.google.android.googlequicksearchbox',
    ],
    ['https://l.facebook.com/l.php?u=x', 'organic_social', 'l.facebook.com'],
    ['https://t.co/abc', 'organic_social', 't.co'],
    ['https://www.youtube.com/watch?v=1', 'organic_video', 'youtube.com'],
    ['https://www.amazon.de/', 'organic_shopping', 'amazon.de'],
    ['https://mail.google.com/', 'email', 'mail.google.com'],
    ['android-app://com.google.android.gm/', 'email', 'com.google.android.gm'],
    ['https://chatgpt.com/', 'ai_assistant', 'chatgpt.com'],
    ['https://gemini.google.com/app', 'ai_assistant', 'gemini.google.com'],
    ['https://blog.example.org/post', 'referral', 'blog.example.org'],
    ['blog.example.org', 'referral', 'blog.example.org'],
    ['blog.example.org:8080/x', 'referral', 'blog.example.org'],
    // Not Google, and not X.
    ['https://notgoogle.com/', 'referral', 'notgoogle.com'],
    ['https://google.evil.example/', 'referral', 'google.evil.example'],
    ['https://netflix.com/', 'referral', 'netflix.com'],
    ['/', 'direct', ''],
    [' ', 'direct', ''],
  ])('%s: %s, %s', (referrer, channel, host) => {
    expect(arrival(referrer)).toMatchObject({ channel, referrer: host });
  });

  it.each([
    'https://shop.example/',
    'https://www.shop.example/a?b',
    'http://SHOP.example:8080/',
    'https://pay.shop.example/back',
  ])('%s is the site itself', (referrer) => {
    expect(arrival(referrer)).toBeUndefined();
  });

  it.each([
    ['shop-example', 'https://www.shop.example/'],
    ['shop.example', 'shop.example'],
    ['localhost', 'http://localhost:3000/a'],
  ])('a site that is named %s knows itself where its pages are sent without their host', (site, referrer) => {
    expect(arrivalOf(anEvent({ site, path: '/', referrer }))).toBeUndefined();
  });
});

describe('by what a link says', () => {
  it.each([
    ['utm_source=newsletter&utm_medium=email', undefined, 'email'],
    ['utm_source=google&utm_medium=cpc', 'https://www.google.com/', 'paid_search'],
    ['utm_source=facebook&utm_medium=paid_social', undefined, 'paid_social'],
    ['utm_source=youtube&utm_medium=cpv', undefined, 'paid_video'],
    ['utm_source=shopping&utm_medium=ppc', undefined, 'paid_shopping'],
    ['utm_source=partnerco&utm_medium=cpc', undefined, 'paid_other'],
    ['utm_medium=cpc', 'https://www.bing.com/', 'paid_search'],
    ['utm_medium=cpc&gclid=1', undefined, 'paid_search'],
    ['utm_source=x&utm_medium=display', undefined, 'display'],
    ['utm_source=x&utm_medium=CPM', undefined, 'display'],
    ['utm_source=x&utm_medium=affiliate', undefined, 'affiliates'],
    ['utm_source=x&utm_medium=sms', undefined, 'sms'],
    ['utm_source=x&utm_medium=web-push', undefined, 'mobile_push'],
    ['utm_source=x&utm_medium=podcast', undefined, 'audio'],
    ['utm_source=x&utm_medium=social', undefined, 'organic_social'],
    ['utm_source=acme&utm_medium=referral', undefined, 'referral'],
    ['utm_source=acme&utm_medium=organic', undefined, 'organic_search'],
    ['utm_source=LinkedIn', undefined, 'organic_social'],
    ['utm_source=chatgpt.com', undefined, 'ai_assistant'],
    ['utm_source=www.reddit.com', undefined, 'organic_social'],
    ['utm_source=acme', 'https://www.google.com/', 'campaign'],
    ['utm_campaign=spring', undefined, 'campaign'],
    // Terms without a source say nothing of where.
    ['utm_term=shoes', undefined, 'direct'],
    ['gclid=Cj0', 'https://www.google.com/', 'paid_search'],
    ['msclkid=1', undefined, 'paid_search'],
    ['dclid=1', undefined, 'display'],
    ['ttclid=1', undefined, 'paid_social'],
    ['fbclid=Iw', 'https://l.facebook.com/', 'organic_social'],
    ['fbclid=Iw', undefined, 'organic_social'],
    ['mc_eid=1', undefined, 'email'],
    ['q=gclid', undefined, 'direct'],
  ])('%s from %s: %s', (query, referrer, channel) => {
    expect(arrival(referrer, query)).toMatchObject({ channel });
  });

  it('counts also where the link is on the site itself, which is then no referrer', () => {
    expect(arrival('https://shop.example/', 'utm_source=banner&utm_medium=email')).toMatchObject({
      channel: 'email',
      referrer: '',
    });
  });
});

describe('UTM fields', () => {
  const utm = (query: string) => arrival(undefined, query)?.campaign;

  it('are decoded, and keep their letters', () => {
    expect(
      utm(
        'utm_source=News+Letter&utm_medium=E-Mail&utm_campaign=M%C3%A4rz&utm_term=a%2Bb&utm_content=%20top%20',
      ),
    ).toEqual({
      utmSource: 'News Letter',
      utmMedium: 'E-Mail',
      utmCampaign: 'März',
      utmTerm: 'a+b',
      utmContent: 'top',
      click: undefined,
    });
  });

  it.each([
    ['UTM_Source=a&utm_source=b', 'a'],
    ['utm_source=&utm_source=b', 'b'],
    ['utm_source', ''],
    ['utm_source=%E0%A4%A', '%E0%A4%A'],
    ['utm_source=a%00b', 'ab'],
    ['x=1&utm_source=a#utm_source=b', 'a'],
    [`utm_source=${'x'.repeat(500)}`, 'x'.repeat(200)],
    [`utm_source=${'%C3%A4'.repeat(150)}`, 'ä'.repeat(100)],
    ['utm_source=a\ud800', 'a\ufffd'],
    ['__proto__=1&constructor=2', ''],
  ])('%#: are text of a bounded length', (query, expected) => {
    expect(utm(query)?.utmSource).toBe(expected);
  });

  it('are read of a page that was sent as a path with its query', () => {
    expect(arrivalOf(anEvent({ path: '/a', url: '/a?utm_source=x' }))?.campaign.utmSource).toBe('x');
    expect(arrivalOf(anEvent({ path: '/a' }))).toMatchObject({ channel: 'direct' });
  });
});

it('a host is bounded, and is text that a database takes', () => {
  expect(arrival(`https://${'a'.repeat(1_500)}.example/`)?.referrer).toHaveLength(253);
  expect(arrival('https://a\ud800.example/')?.referrer).toBe('a\ufffd.example');
  expect(arrival('https://a\0b.example/')?.referrer).toBe('ab.example');
});
