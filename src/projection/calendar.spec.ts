import { describe, expect, it } from 'vitest';
import { dayOf, daysWithin, hourOf, utcDaysOf } from './calendar.js';

const at = (text: string) => Date.parse(text);
const hour = (text: string, zone: string) => new Date(hourOf(at(text), zone)).toISOString();

describe('dayOf', () => {
  it.each([
    ['1969-12-31T23:59:59.999Z', 'UTC', '1969-12-31'],
    ['1970-01-01T00:00:00Z', 'UTC', '1970-01-01'],
    ['2028-02-29T23:59:59.999Z', 'UTC', '2028-02-29'],
    ['2026-03-14T10:59:59Z', 'Pacific/Kiritimati', '2026-03-15'],
    ['2026-03-14T09:59:59Z', 'Pacific/Kiritimati', '2026-03-14'],
    ['2026-03-29T21:59:59Z', 'Europe/Berlin', '2026-03-29'],
    ['2026-03-29T22:00:00Z', 'Europe/Berlin', '2026-03-30'],
    // Samoa had no 30 December 2011.
    ['2011-12-30T09:59:59Z', 'Pacific/Apia', '2011-12-29'],
    ['2011-12-30T10:00:00Z', 'Pacific/Apia', '2011-12-31'],
  ])('%s in %s is %s', (instant, zone, day) => {
    expect(dayOf(at(instant), zone)).toBe(day);
  });

  it('takes a change of the clocks within a UTC hour', () => {
    // 7 November 2010, 00:01 in Newfoundland (02:31 UTC): back to 23:01 of the day before.
    expect(dayOf(at('2010-11-07T02:30:30Z'), 'America/St_Johns')).toBe('2010-11-07');
    expect(dayOf(at('2010-11-07T02:31:30Z'), 'America/St_Johns')).toBe('2010-11-06');
    expect(dayOf(at('2010-11-07T02:30:30Z'), 'America/St_Johns')).toBe('2010-11-07');
  });

  it('refuses a zone that does not exist', () => {
    expect(() => dayOf(0, 'Europe/Atlantis')).toThrow(RangeError);
  });
});

describe('hourOf', () => {
  it.each([
    ['2026-03-14T12:59:59.999Z', 'UTC', '2026-03-14T12:00:00.000Z'],
    ['1969-12-31T23:30:00Z', 'UTC', '1969-12-31T23:00:00.000Z'],
    ['2026-03-14T12:10:00Z', 'Asia/Kathmandu', '2026-03-14T11:15:00.000Z'],
    ['2026-03-14T12:20:00Z', 'Asia/Kathmandu', '2026-03-14T12:15:00.000Z'],
    ['2026-10-25T00:59:00Z', 'Europe/Berlin', '2026-10-25T00:00:00.000Z'],
    ['2026-10-25T01:00:00Z', 'Europe/Berlin', '2026-10-25T01:00:00.000Z'],
  ])('%s in %s belongs to %s', (instant, zone, start) => {
    expect(hour(instant, zone)).toBe(start);
  });
});

describe('days of two zones', () => {
  it.each([
    ['2026-03-14', 'UTC', ['2026-03-14']],
    ['2026-03-14', 'America/New_York', ['2026-03-13', '2026-03-14']],
    ['2026-03-14', 'Asia/Kathmandu', ['2026-03-14', '2026-03-15']],
    ['2026-03-14', 'Pacific/Kiritimati', ['2026-03-14', '2026-03-15']],
    ['2011-12-30', 'Pacific/Apia', ['2011-12-29', '2011-12-31']],
  ])('the UTC day %s in %s is part of %j', (day, zone, days) => {
    expect(daysWithin(day, zone)).toEqual(days);
    for (const each of days) expect(utcDaysOf(each, zone)).toContain(day);
  });

  it('a day has parts of the UTC days around it, of no other', () => {
    expect(utcDaysOf('2026-03-14', 'UTC')).toEqual(['2026-03-14']);
    expect(utcDaysOf('2026-03-14', 'America/New_York')).toEqual(['2026-03-14', '2026-03-15']);
    expect(utcDaysOf('2026-03-14', 'Asia/Kathmandu')).toEqual(['2026-03-13', '2026-03-14']);
  });
});
