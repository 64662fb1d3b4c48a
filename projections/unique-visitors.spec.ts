import { describe, expect, it } from 'vitest';
import { anEvent, deliveries, project } from '../test/harness/given.js';
import { uniqueVisitors } from './unique-visitors.js';

const other = '22222222-2222-4222-8222-222222222222';

describe.each(deliveries)('unique visitors, delivered %s', (_, deliver) => {
  const visitors = (events: Parameters<typeof project>[1]) => project(uniqueVisitors, events, deliver);

  it('counts a visitor once on each of their days, whatever they did', () => {
    const events = [
      anEvent(),
      anEvent({ type: 'click' }),
      anEvent({ type: 'beer_poured', visitorId: other }),
      anEvent({ at: '2026-03-15T12:00:00Z' }),
    ];
    expect(visitors(events)).toEqual([
      { day: '2026-03-14', visitors: 2 },
      { day: '2026-03-15', visitors: 1 },
    ]);
  });

  it('takes a signed-in user for one visitor on every device, and a second one before signing in', () => {
    const events = [
      anEvent(),
      anEvent({ userId: 'ada' }),
      anEvent({ userId: 'ada', visitorId: other }),
      anEvent({ userId: 'bob', visitorId: other }),
    ];
    expect(visitors(events)).toMatchObject([{ visitors: 3 }]);
  });

  it('takes any text for an ID, and a UUID in capitals for the same visitor', () => {
    const visitorId = 'ABCDEF00-1111-4111-8111-111111111111';
    const ids = [visitorId, visitorId.toLowerCase(), 'cookie-7', 'cookie-7'];
    expect(visitors(ids.map((id) => anEvent({ visitorId: id })))).toMatchObject([{ visitors: 2 }]);
  });
});
