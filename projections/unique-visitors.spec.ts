import { visitorOf } from '#events/visitor.js';
import { describe, expect, it } from 'vitest';
import { anEvent, deliveries, project } from '../test/harness/given.js';
import { uniqueVisitors } from './unique-visitors.js';

describe.each(deliveries)('unique visitors, delivered %s', (_, deliver) => {
  it('has one row for each visitor of a day, whatever they did', () => {
    const events = [anEvent(), anEvent({ type: 'click' }), anEvent({ at: '2026-03-15T12:00:00Z' })];
    expect(project(uniqueVisitors, events, deliver)).toEqual([
      { day: '2026-03-14', visitor: events[0]?.visitorId },
      { day: '2026-03-15', visitor: events[0]?.visitorId },
    ]);
  });

  it('holds the user where one is signed in, and takes any text for an ID', () => {
    const events = [
      anEvent({ userId: 'ada' }),
      anEvent({ visitorId: 'cookie-7' }),
      anEvent({ visitorId: 'cookie-7' }),
    ];
    const visitors = events.slice(0, 2).map(visitorOf).sort();
    expect(project(uniqueVisitors, events, deliver).map((row) => row.visitor)).toEqual(visitors);
  });

  it('takes a UUID in capitals for the same visitor', () => {
    const visitorId = 'ABCDEF00-1111-4111-8111-111111111111';
    const events = [anEvent({ visitorId }), anEvent({ visitorId: visitorId.toLowerCase() })];
    expect(project(uniqueVisitors, events, deliver)).toHaveLength(1);
  });
});
