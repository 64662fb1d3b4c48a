import { describe, expect, it } from 'vitest';

import { eventIdFrom } from '#events/event-id.js';

import { RefusedItem } from '../../refused-item.js';
import { basicKey, segmentItem, segmentBatch, segmentSdk, segmentSettings } from './messages.js';

const receivedAt = Date.parse('2026-01-31T12:00:00Z');
const sender = { receivedAt, dialect: 'segment', userAgent: 'browser/1' };
const from = { sender, key: 'shop' };
const track = { userId: 'u1', event: 'Order Completed' };

describe('a Segment call', () => {
  it('is an event of the site of its write key, with the ID of its message', () => {
    const body = {
      ...track,
      writeKey: 'other',
      messageId: 'ajs-1',
      anonymousId: 'a1',
      properties: { revenue: 5 },
    };
    expect(segmentItem(body, 'track', { sender, key: undefined })).toEqual({
      siteId: 'other',
      eventType: 'Order Completed',
      eventId: eventIdFrom('other', 'ajs-1'),
      userId: 'u1',
      visitorId: 'a1',
      timestamp: '2026-01-31T12:00:00.000Z',
      properties: { revenue: 5 },
    });
  });

  it('is refused where two keys come with it, because one of them is a stranger’s', () => {
    const body = { ...track, writeKey: 'other' };
    expect(segmentItem(body, 'track', from)).toMatchObject({ reason: 'ambiguous_key', siteId: 'other' });
    expect(segmentItem({ ...body, writeKey: 'shop' }, 'track', from)).toMatchObject({ siteId: 'shop' });
  });

  it('keeps a message ID that is a UUID', () => {
    const messageId = '0192F3A4-5B6C-7D8E-9F01-23456789ABCD';
    expect(segmentItem({ ...track, messageId }, 'track', from)).toMatchObject({
      eventId: messageId.toLowerCase(),
    });
  });

  it('corrects a clock that is wrong: what counts is how old it was when it was sent', () => {
    const body = { ...track, timestamp: '2026-01-31T15:00:00Z', sentAt: '2026-01-31T15:00:05Z' };
    expect(segmentItem(body, 'track', from)).toMatchObject({ timestamp: '2026-01-31T11:59:55.000Z' });
  });

  it.each([
    ['no time', undefined, '2026-01-31T12:00:00.000Z'],
    ['no sentAt', '2026-01-30T09:00:00Z', '2026-01-30T09:00:00.000Z'],
    ['no zone', '2026-01-30T09:00:00', '2026-01-30T09:00:00.000Z'],
    ['what is no date', 'yesterday', '2026-01-31T12:00:00.000Z'],
    ['a year that no event may have', '1970-01-01T00:00:00Z', '2026-01-31T12:00:00.000Z'],
  ])('with %s', (_name, timestamp, expected) => {
    expect(segmentItem({ ...track, timestamp }, 'track', from)).toMatchObject({ timestamp: expected });
  });

  it('of a page says where in its properties, else in its context', () => {
    const context = {
      page: { url: 'https://x.dev/a?b=c', referrer: 'https://r.dev/', title: 'A' },
      locale: 'de-AT',
      screen: { width: 1440, height: 900 },
      userAgent: 'Mozilla/5.0 (X11)',
    };
    const body = {
      anonymousId: 'a1',
      name: 'Pricing',
      context,
      properties: { title: 'B', path: '/a', plan: 'pro' },
    };
    expect(segmentItem(body, 'page', from)).toMatchObject({
      eventType: 'page_view',
      url: 'https://x.dev/a?b=c',
      referrer: 'https://r.dev/',
      title: 'B',
      language: 'de-AT',
      screen: '1440x900',
      userAgent: 'Mozilla/5.0 (X11)',
      properties: { plan: 'pro', name: 'Pricing' },
    });
  });

  it.each([
    ['whom a server names', { ip: '192.0.2.1' }, '192.0.2.1'],
    ['whose phone sends', { ip: '10.0.0.1', direct: true }, '192.0.2.9'],
    ['of whom nothing is said', {}, undefined],
  ])('is of the visitor %s', (_name, context, address) => {
    const item = segmentItem({ ...track, context }, 'track', { ...from, address: '192.0.2.9' });
    expect((item as { address?: string }).address).toBe(address);
  });

  it('keeps the hints of a browser that names the user agent of its request', () => {
    const body = { ...track, context: { userAgent: 'browser/1' } };
    expect(segmentItem(body, 'track', from)).not.toHaveProperty('userAgent');
  });

  it.each([
    ['identify', { userId: 'u1', traits: { plan: 'pro' } }, 'identify', { traits: { plan: 'pro' } }],
    [
      'group',
      { userId: 'u1', groupId: 'g1', traits: { seats: 3 } },
      'group',
      { groupId: 'g1', traits: { seats: 3 } },
    ],
    ['alias', { userId: 'u1', previousId: 'a1' }, 'alias', { previousId: 'a1' }],
    ['screen', { userId: 'u1', name: 'Home', properties: { a: 1 } }, 'screen_view', { name: 'Home', a: 1 }],
  ] as const)('of the kind %s', (kind, body, eventType, properties) => {
    expect(segmentItem(body, kind, from)).toMatchObject({ eventType, properties });
  });

  it.each([
    ['nobody', { event: 'x' }, 'missing_id'],
    ['nothing that happened', { userId: 'u1' }, 'missing_event'],
  ])('of %s is refused', (_name, body, reason) => {
    expect(segmentItem(body, 'track', from)).toMatchObject({ reason, siteId: 'shop' });
  });
});

describe('a Segment batch', () => {
  it('has an item for each message, under its own key and the context of all', () => {
    const body = {
      writeKey: 'all',
      sentAt: '2026-01-31T11:00:00Z',
      context: { locale: 'en' },
      batch: [
        { type: 'track', ...track, timestamp: '2026-01-31T10:59:00Z' },
        { type: 'page', anonymousId: 'a', writeKey: 'one', context: { locale: 'fr' } },
        { type: 'delete', userId: 'u' },
        null,
      ],
    };
    const items = body.batch.map(segmentBatch(body, { sender, key: undefined }));
    expect(items).toMatchObject([
      { siteId: 'all', language: 'en', timestamp: '2026-01-31T11:59:00.000Z' },
      { siteId: 'one', language: 'fr', eventType: 'page_view' },
      { reason: 'unknown_type' },
      { reason: 'invalid_shape' },
    ]);
    expect(items.slice(2).every((item) => item instanceof RefusedItem)).toBe(true);
  });

  it('is the client that its first message names', () => {
    const context = { library: { name: '@segment/analytics-node', version: '3.1.0' } };
    expect(segmentSdk({ batch: [{ context }] })).toBe('@segment/analytics-node/3.1.0');
    expect(segmentSdk({ context })).toBe('@segment/analytics-node/3.1.0');
    expect(segmentSdk({ batch: [] })).toBeUndefined();
  });
});

it.each([
  ['with a colon', 'Basic c2hvcDo=', 'shop'],
  ['without', 'Basic c2hvcA==', 'shop'],
  ['empty', 'Basic Og==', undefined],
  ['another scheme', 'Bearer c2hvcA==', undefined],
  ['none', undefined, undefined],
])('the write key of Basic authentication, %s', (_name, header, key) => {
  expect(basicKey(header)).toBe(key);
});

it('settings send nothing anywhere else', () => {
  const hosts = JSON.stringify(segmentSettings('shop', 'stats.dev', 'https')).match(
    /[\w-]+\.(?:dev|io|com)\b/g,
  );
  expect(new Set(hosts)).toEqual(new Set(['Segment.io', 'stats.dev']));
});
