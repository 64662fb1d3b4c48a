import { expect, test } from 'vitest';

import { localTime, momentOf } from './zoned-time.js';

test.each([
  ['2026-03-28T09:30', 'UTC', '2026-03-28T09:30:00Z'],
  ['2026-03-28T09:30', 'Asia/Kathmandu', '2026-03-28T03:45:00Z'],
  ['2026-03-28T09:30', 'America/New_York', '2026-03-28T13:30:00Z'],
  // Comes twice: the first time.
  ['2026-10-25T02:30', 'Europe/Vienna', '2026-10-25T00:30:00Z'],
  ['2026-10-25T03:00', 'Europe/Vienna', '2026-10-25T02:00:00Z'],
])('%s in %s is %s', (local, zone, moment) => {
  expect(momentOf(local, zone)).toBe(Date.parse(moment));
  expect(localTime(Date.parse(moment), zone)).toBe(local);
});

test('a time that the clocks skip is one beside it, and what is no time is none', () => {
  const skipped = momentOf('2026-03-29T02:30', 'Europe/Vienna') ?? 0;
  expect(Math.abs(skipped - Date.parse('2026-03-29T01:00:00Z'))).toBeLessThanOrEqual(1_800_000);
  expect(momentOf('yesterday', 'UTC')).toBeUndefined();
});
