import { describe, expect, it } from 'vitest';

import { eventIdFrom } from '#events/event-id.js';

import { posthogItems, posthogRequest, posthogToken, posthogSdk } from './events.js';

const receivedAt = Date.parse('2026-01-31T12:00:00Z');
const sender = { receivedAt, dialect: 'posthog', userAgent: 'browser/1' };
const item = (event: object, sentAt?: unknown): unknown => posthogItems('shop', { sentAt }, sender)(event);
const DEVICE = '0192f3a4-5b6c-7d8e-9f01-23456789abcd';
const USER = '5b0d2f0e-6a1b-4c3d-8e9f-0a1b2c3d4e5f';

describe('a PostHog event', () => {
  it('of a page has what it says of the page in its own fields, and no word about the client', () => {
    const properties = {
      token: 'shop',
      distinct_id: DEVICE,
      $device_id: DEVICE,
      $lib: 'web',
      $current_url: 'https://x.dev/a?utm_source=mail',
      $pathname: '/a',
      $referrer: 'https://r.dev/',
      $raw_user_agent: 'Mozilla/5.0 (X11)',
      $screen_width: 1440,
      $screen_height: 900,
      $browser_language: 'de-AT',
      $session_id: 's',
      $geoip_disable: true,
      title: 'A',
      utm_source: 'mail',
      plan: 'pro',
    };
    expect(item({ event: '$pageview', uuid: DEVICE, properties })).toEqual({
      siteId: 'shop',
      eventType: 'page_view',
      eventId: DEVICE,
      visitorId: DEVICE,
      timestamp: '2026-01-31T12:00:00.000Z',
      url: 'https://x.dev/a?utm_source=mail',
      referrer: 'https://r.dev/',
      title: 'A',
      screen: '1440x900',
      language: 'de-AT',
      userAgent: 'Mozilla/5.0 (X11)',
      properties: { plan: 'pro' },
    });
  });

  it.each([
    ['of an anonymous browser', 'x', DEVICE, { $device_id: DEVICE }, { visitorId: DEVICE }],
    ['of a known one', 'x', 'u1', { $device_id: DEVICE }, { userId: 'u1', visitorId: DEVICE }],
    [
      'of signing in',
      '$identify',
      'u1',
      { $anon_distinct_id: 'a1', $device_id: 'd1' },
      { userId: 'u1', visitorId: 'a1' },
    ],
    ['of a server', 'x', 'u1', {}, { userId: 'u1', visitorId: 'u1' }],
    ['of a server whose users have UUIDs', 'x', USER, {}, { userId: USER, visitorId: USER }],
    ['of a server that passes on what a browser made', 'x', DEVICE, {}, { visitorId: DEVICE }],
    ['of a server about nobody', 'x', 'u1', { $process_person_profile: false }, { visitorId: 'u1' }],
    ['without a cookie', 'x', '$posthog_cookieless', {}, { cookieless: true }],
    ['with a number', 'x', 42, {}, { userId: '42', visitorId: '42' }],
  ])('%s: who it was', (_name, event, distinct_id, properties, expected) => {
    const made = item({ event, distinct_id, properties }) as Record<string, unknown>;
    const { userId, visitorId, cookieless } = made;
    expect(
      Object.fromEntries(
        Object.entries({ userId, visitorId, cookieless }).filter(([, v]) => v !== undefined),
      ),
    ).toEqual(expected);
  });

  it.each([
    [
      '$pageleave',
      { $prev_pageview_max_scroll_percentage: 0.42, $prev_pageview_duration: 3.5 },
      'engagement',
      { scrollDepth: 42, engagedMs: 3500 },
    ],
    [
      '$web_vitals',
      { $web_vitals_LCP_value: 900, $web_vitals_CLS_value: 0.1, $web_vitals_LCP_event: {} },
      'web_vitals',
      { lcp: 900, cls: 0.1 },
    ],
    [
      '$identify',
      { $set: { plan: 'pro' }, $set_once: { plan: 'x', first: 1 } },
      'identify',
      { plan: 'pro', first: 1 },
    ],
    [
      '$groupidentify',
      { $group_type: 'org', $group_key: 'g1', $group_set: { a: 1 } },
      'group',
      { groupId: 'g1', groupType: 'org', a: 1 },
    ],
    ['$create_alias', { alias: 'a0' }, 'alias', { previousId: 'a0' }],
    ['$screen', { $screen_name: 'Home', a: 1 }, 'screen_view', { name: 'Home', a: 1 }],
    [
      'paid',
      { $revenue: 5, $currency: 'EUR', $lib: 'posthog-node' },
      'paid',
      { revenue: 5, currency: 'EUR' },
    ],
    [
      '$autocapture',
      { $event_type: 'click', $el_text: 'More', $browser: 'Chrome' },
      '$autocapture',
      { $event_type: 'click', $el_text: 'More' },
    ],
  ])('%s', (event, properties, eventType, expected) => {
    expect(item({ event, distinct_id: 'u1', properties })).toMatchObject({ eventType, properties: expected });
  });

  it('of a server keeps campaign words, which are its own', () => {
    expect(item({ event: 'x', distinct_id: 'u', properties: { utm_source: 'mail' } })).toMatchObject({
      properties: { utm_source: 'mail' },
    });
  });

  it.each([
    [
      'a wrong clock',
      { timestamp: '2026-01-31T15:00:00Z' },
      '2026-01-31T15:00:05Z',
      '2026-01-31T11:59:55.000Z',
    ],
    [
      'sent_at in milliseconds',
      { timestamp: '2026-01-31T15:00:00Z' },
      Date.parse('2026-01-31T15:00:05Z'),
      '2026-01-31T11:59:55.000Z',
    ],
    [
      'a clock that is right',
      { timestamp: '2026-01-31T09:00:00Z', properties: { $ignore_sent_at: true } },
      1,
      '2026-01-31T09:00:00.000Z',
    ],
    ['an age', { offset: 5_000 }, undefined, '2026-01-31T11:59:55.000Z'],
    [
      'its own sent_at',
      { timestamp: '2026-01-31T15:00:00Z', sent_at: '2026-01-31T15:00:10Z' },
      undefined,
      '2026-01-31T11:59:50.000Z',
    ],
  ])('with %s', (_name, event, sentAt, timestamp) => {
    expect(item({ event: 'x', distinct_id: 'u', ...event }, sentAt)).toMatchObject({ timestamp });
  });

  it('has an ID of its own text where that is no UUID', () => {
    expect(item({ event: 'x', distinct_id: 'u', uuid: 'abc' })).toMatchObject({
      eventId: eventIdFrom('shop', 'abc'),
    });
  });

  it.each([
    ['no name', { distinct_id: 'u' }, 'missing_event'],
    ['nobody', { event: 'x' }, 'missing_id'],
    ['no object', 7, 'invalid_shape'],
  ])('with %s is refused', (_name, event, reason) => {
    expect(item(event as object)).toMatchObject({ reason, siteId: 'shop' });
  });
});

describe('a PostHog request', () => {
  const one = {
    event: 'x',
    distinct_id: 'u',
    properties: { token: 'shop', $lib: 'web', $lib_version: '1.2' },
  };

  it.each([
    ['one event', one, 1],
    ['a list', [one, one], 2],
    ['a batch', { api_key: 'shop', batch: [one, one, one] }, 3],
  ])('may be %s', (_name, body, count) => {
    const read = posthogRequest(body, undefined);
    expect(read?.messages).toHaveLength(count);
    expect(read && posthogToken(read)).toBe('shop');
    expect(read && posthogSdk(read)).toBe('web/1.2');
  });

  it('has one token', () => {
    const read = (body: unknown) =>
      posthogToken(posthogRequest(body, undefined) ?? { messages: [], token: undefined, sentAt: 0 });
    expect(read([one, { ...one, properties: { token: 'other' } }])).toBeNull();
    expect(read([{ event: 'x' }])).toBeUndefined();
    expect(posthogRequest('x', undefined)).toBeUndefined();
    expect(posthogRequest({ batch: 1 }, undefined)).toBeUndefined();
  });
});
