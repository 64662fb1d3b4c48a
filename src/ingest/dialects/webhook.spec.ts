import { describe, expect, it } from 'vitest';

import { eventIdFrom } from '#events/event-id.js';

import { webhookItem } from './webhook.js';

const sender = { receivedAt: Date.parse('2026-01-31T12:00:00Z'), dialect: 'webhook' };
const item = (body: unknown, id?: string): unknown => webhookItem(body, 'shop', id, sender);
const good = { eventType: 'page_view', timestamp: '2026-01-31T11:00:00Z' };

describe('a webhook', () => {
  it('is an event of the site of its key', () => {
    const metadata = { page: '/pricing', browser: 'Firefox', plan: 'pro' };
    expect(item({ ...good, userId: 'u1', metadata, organizationId: 7 })).toEqual({
      siteId: 'shop',
      eventType: 'page_view',
      userId: 'u1',
      visitorId: 'u1',
      timestamp: '2026-01-31T11:00:00.000Z',
      path: '/pricing',
      properties: { plan: 'pro', browser: 'Firefox', organizationId: '7' },
    });
  });

  it.each([
    ['https://x.dev/a?b=c', { url: 'https://x.dev/a?b=c' }],
    ['pricing', { path: '/pricing' }],
    ['app://home/a', { path: '/a' }],
    [undefined, {}],
  ])('of the page %s', (page, place) => {
    const { url, path } = item({ ...good, metadata: { page } }) as Record<string, unknown>;
    expect({ url, path }).toEqual({ url: undefined, path: undefined, ...place });
  });

  it('takes for a user agent what looks like one', () => {
    expect(item({ ...good, metadata: { browser: 'Mozilla/5.0 (X11)' } })).toMatchObject({
      userAgent: 'Mozilla/5.0 (X11)',
    });
  });

  it('has the ID that its sender gave it', () => {
    expect(item(good, 'delivery-1')).toMatchObject({ eventId: eventIdFrom('shop', 'delivery-1') });
    expect(item({ ...good, eventId: 'e1' })).toMatchObject({ eventId: eventIdFrom('shop', 'e1') });
    expect(item(good)).not.toHaveProperty('eventId');
  });

  it('happened now where it says no time, and is refused where it says none that is one', () => {
    expect(item({ eventType: 'x' })).toMatchObject({ timestamp: '2026-01-31T12:00:00.000Z' });
    expect(item({ ...good, timestamp: 'yesterday' })).not.toHaveProperty('timestamp');
    expect(item({ ...good, timestamp: 1e300 })).not.toHaveProperty('timestamp');
    expect(item([])).toMatchObject({ reason: 'invalid_shape' });
  });
});
