import { expect, it } from 'vitest';

import { occurredAt } from './sent-time.js';

const receivedAt = Date.parse('2026-01-31T12:00:00Z');

it.each([
  ['nothing', {}, '2026-01-31T12:00:00.000Z'],
  ['a time', { timestamp: '2026-01-31T11:00:00Z' }, '2026-01-31T11:00:00.000Z'],
  [
    'a clock that is ahead',
    { timestamp: '2026-01-31T13:00:00Z', sentAt: '2026-01-31T13:00:10Z' },
    '2026-01-31T11:59:50.000Z',
  ],
  [
    'a clock that is behind',
    { timestamp: '2026-01-31T09:00:00Z', sentAt: '2026-01-31T10:00:00Z' },
    '2026-01-31T11:00:00.000Z',
  ],
  [
    'a clock that is years behind',
    { timestamp: '1980-01-01T00:00:00Z', sentAt: '1980-01-01T00:00:05Z' },
    '2026-01-31T11:59:55.000Z',
  ],
  [
    'the time of the way alone',
    { timestamp: '2026-01-31T11:59:59.100Z', sentAt: '2026-01-31T11:59:59.200Z' },
    '2026-01-31T11:59:59.100Z',
  ],
  ['an age', { offset: 1_500 }, '2026-01-31T11:59:58.500Z'],
  ['an age that is none', { offset: -5 }, '2026-01-31T12:00:00.000Z'],
  ['milliseconds', { timestamp: receivedAt - 1 }, '2026-01-31T11:59:59.999Z'],
  ['a day alone', { timestamp: '2026-01-30' }, '2026-01-30T00:00:00.000Z'],
  ['a zone in hours', { timestamp: '2026-01-31 12:00:00+02:00' }, '2026-01-31T10:00:00.000Z'],
  ['a time far ahead', { timestamp: '2027-01-31T12:00:00Z' }, '2026-01-31T12:00:00.000Z'],
  ['a sentAt that is none', { timestamp: '2026-01-31T11:00:00Z', sentAt: {} }, '2026-01-31T11:00:00.000Z'],
])('with %s it happened then', (_name, said, expected) => {
  expect(occurredAt({ receivedAt, ...said })).toBe(expected);
});
