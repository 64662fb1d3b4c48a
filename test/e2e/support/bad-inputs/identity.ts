import { randomUUID } from 'node:crypto';

import { expect } from 'vitest';

import { GOOD, post } from '../ingest-app.js';
import { bad, badField, field, type BadInput } from './case.js';

const DAY = 86_400_000;
const iso = (offset: number): string => new Date(Date.now() + offset).toISOString();
const TIME = 'timestamp must be an ISO 8601 date and time with a zone, such as "2026-01-31T12:00:00Z"';
const ID = 'eventId must be a UUID, such as "0192f3a4-5b6c-7d8e-9f01-23456789abcd"';
const ILLEGAL =
  'visitorId must identify someone: null, undefined, 0, guest and the like are not allowed; leave the field out instead';
const AHEAD = 'timestamp must not be more than 24 hours ahead';
const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const hook = (no: number, name: string, timestamp: unknown, answer: BadInput['answer'] & {}): BadInput => ({
  no,
  name: `${name}, webhook`,
  sent: { door: '/webhook', body: { eventType: 'e', timestamp }, headers: { 'x-api-key': 'shop' } },
  answer,
});
const at = (name: string, timestamp: string): BadInput =>
  field(55, name, { timestamp }, { occurredAt: Date.parse(timestamp) });

/** Of an event that comes twice, whatever it says the second time, the first counts. */
export const TWICE = 'twice';
const twice = { ...GOOD, siteId: TWICE, path: '/first', eventId: '0192f3a4-5b6c-7d8e-9f01-00000000aaaa' };

export const identity: readonly BadInput[] = [
  {
    no: 50,
    name: 'no eventId: one is made, and answered',
    run: async ({ product }) => {
      const { status, body } = await post(`${product.url}/api/event`, { ...GOOD, siteId: 'no-id' });
      expect(status).toBe(202);
      expect(body?.['eventId']).toMatch(UUID_7);
      const stored = (await product.stored()).filter(({ site }) => site === 'no-id');
      expect(stored.map(({ id }) => id)).toEqual([body?.['eventId']]);
    },
  },
  field(50, 'eventId null', { eventId: null }),
  ...[
    'x',
    'a'.repeat(10_000),
    '0192f3a4-5b6c-7d8e-9f01-23456789abc\r\n',
    '0192f3a4 5b6c 7d8e 9f01 23456789abcd',
    '00000000-0000-0000-0000-000000000000',
    '',
  ].map((eventId) => badField(51, `eventId ${JSON.stringify(eventId).slice(0, 40)}`, { eventId }, ID)),
  ...[7, {}, []].map((eventId) => badField(51, `eventId ${JSON.stringify(eventId)}`, { eventId }, ID)),
  field(
    51,
    'eventId in capitals',
    { eventId: '0192F3A4-5B6C-7D8E-9F01-23456789ABCE' },
    { id: '0192f3a4-5b6c-7d8e-9f01-23456789abce' },
  ),

  // Both are acknowledged, as any retry is; they count once (see the end of the spec).
  {
    no: 52,
    name: 'the same eventId twice in one batch',
    sent: { door: '/api/events', body: [twice, twice] },
    answer: { status: 202, body: { stored: 2 }, stored: [{ path: '/first' }, { path: '/first' }] },
  },
  field(53, 'the same eventId later, with other content', { ...twice, path: '/second' }),

  bad(54, 'no timestamp', { ...GOOD, timestamp: undefined }, 'invalid_timestamp', TIME),
  hook(54, 'no timestamp: now', undefined, { status: 202 }),
  field(
    54,
    'timestamp with an offset',
    { timestamp: '2026-01-31T12:00:00.123+02:00' },
    { occurredAt: Date.parse('2026-01-31T10:00:00.123Z') },
  ),
  badField(54, 'timestamp in epoch ms', { timestamp: 1_769_860_800_000 }, TIME),
  hook(54, 'timestamp in epoch ms', 1_769_860_800_000, {
    status: 202,
    stored: [{ occurredAt: 1_769_860_800_000 }],
  }),
  badField(54, 'timestamp in epoch s', { timestamp: 1_769_860_800 }, TIME),
  hook(54, 'timestamp in epoch s', 1_769_860_800, {
    status: 400,
    code: 'invalid_timestamp',
    message: ['timestamp must not be before 1995'],
  }),

  at('23 h ahead', iso(23 * 3_600_000)),
  badField(55, '25 h ahead', { timestamp: iso(25 * 3_600_000) }, AHEAD),
  at('30 days ago', iso(-30 * DAY)),
  at('5 years ago', iso(-5 * 365 * DAY)),
  at('in 1995', '1995-01-01T00:00:00Z'),
  badField(55, 'in 1994', { timestamp: '1994-12-31T23:59:59Z' }, 'timestamp must not be before 1995'),
  ...[
    '2026-01-31',
    '2026-01-31T12:00:00',
    'yesterday',
    '2026-02-29T00:00:00Z',
    'infinity',
    '+294277-01-01T00:00:00Z',
    '',
  ].map((timestamp) => badField(55, JSON.stringify(timestamp), { timestamp }, TIME)),
  badField(55, '9999', { timestamp: '9999-12-31T23:59:59Z' }, AHEAD),

  ...['null', 'undefined', '0', 'guest', 'Anonymous', '[object Object]', ' NaN '].map((visitorId) =>
    badField(56, `visitorId ${JSON.stringify(visitorId)}`, { visitorId }, ILLEGAL),
  ),
  ...['', ' ', 'v'.repeat(10_000)].map((visitorId) =>
    badField(56, `visitorId of ${visitorId.length}`, { visitorId }, 'visitorId must be 1 to 200 characters'),
  ),
  field(56, 'visitorId null: as absent', { visitorId: null }),
  badField(56, 'userId as an object', { userId: {} }, 'userId must be a string of 1 to 200 characters'),
  field(56, 'visitorId of 200', { visitorId: 'v'.repeat(200) }, { visitorId: 'v'.repeat(200) }),
  field(56, 'visitorId a UUID', { visitorId: randomUUID() }),
];
