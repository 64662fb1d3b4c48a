import { validateSync } from 'class-validator';
import { expect, it } from 'vitest';
import { compileRules } from './compiled-rules.js';
import { TrackEventInput } from './track-event-input.js';

const good = {
  siteId: 'shop',
  eventType: 'page_view',
  path: '/pricing',
  timestamp: '2026-01-31T11:59:00Z',
};

it('decides by the compiled rules exactly as class-validator does', () => {
  const passes = compileRules(TrackEventInput);
  const odd = [
    undefined,
    null,
    '',
    ' ',
    0,
    1,
    NaN,
    true,
    [],
    {},
    'x',
    '/x',
    '\0',
    '/\ud800',
    'x'.repeat(300),
    { a: 1 },
  ];
  const fit = { ...good, eventId: '0192f3a4-5b6c-7d8e-9f01-23456789abcd', userId: 'u', visitorId: 'v' };
  const names = [
    'siteId',
    'eventType',
    'path',
    'timestamp',
    'eventId',
    'userId',
    'visitorId',
    'referrer',
    'title',
    'properties',
  ];
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  let accepted = 0;
  const decidedOtherwise: unknown[] = [];
  for (let round = 0; round < 3000; round++) {
    const candidate = Object.assign(new TrackEventInput(), fit) as unknown as Record<string, unknown>;
    for (let change = random(3); change > 0; change--)
      candidate[names[random(10)] ?? ''] = odd[random(odd.length)];
    const fast = passes(candidate);
    if (fast !== (validateSync(candidate).length === 0)) decidedOtherwise.push(candidate);
    if (fast) accepted++;
  }
  expect(decidedOtherwise).toEqual([]);
  expect(accepted).toBeGreaterThan(500);
  expect(accepted).toBeLessThan(2500);
});
