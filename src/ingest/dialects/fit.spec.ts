import { describe, expect, it } from 'vitest';

import { eventTypeRule, referrerRule, titleRule, urlRule } from '#events/rules.js';

import { eventTypeIn, idIn, momentIn, placeIn, referrerIn, screenIn, titleIn } from './fit.js';

describe('the name of an event', () => {
  it.each([
    ['Order Completed', 'Order Completed'],
    ['$autocapture', '$autocapture'],
    ['  x ', 'x'],
    [42, '42'],
    ['a\nb\u200bc', 'a b c'],
    ['x'.repeat(120), 'x'.repeat(100)],
    [`${'x'.repeat(99)}😀`, expect.stringMatching(/^x{99}/)],
  ])('%j is kept as far as it may be', (sent, expected) => {
    const type = eventTypeIn(sent);
    expect(type).toEqual(expected);
    expect(eventTypeRule(type)).toBeUndefined();
  });

  it.each(['', '  ', null, {}, NaN])('%j is none', (sent) => {
    expect(eventTypeIn(sent)).toBeUndefined();
  });
});

describe('where it happened', () => {
  it.each([
    ['https://x.dev/a?b=c#d', { url: 'https://x.dev/a?b=c#d' }],
    ['/a?b=c', { path: '/a?b=c' }],
    ['file:///home/me/page.html', { path: '/home/me/page.html' }],
    ['capacitor://localhost/tabs/home', { path: '/tabs/home' }],
    ['about:blank', {}],
    ['data:text/html,x', {}],
    ['javascript:/x/', {}],
    ['//x.dev/a', {}],
    ['pricing', {}],
    ['https://', {}],
    [42, {}],
  ])('%j', (sent, expected) => {
    expect(placeIn(sent)).toEqual(expected);
  });

  it('keeps a page whose query is too long, without it', () => {
    const place = placeIn(`https://x.dev/a?${'b'.repeat(9_000)}`);
    expect(place).toEqual({ url: 'https://x.dev/a' });
    expect(urlRule(place.url)).toBeUndefined();
  });
});

it.each([
  ['https://r.dev/', 'https://r.dev/'],
  ['r.dev', 'r.dev'],
  ['', undefined],
  ['javascript:alert(1)', undefined],
  ['a\0b', undefined],
  [`https://r.dev/${'x'.repeat(3_000)}`, expect.stringMatching(/^https:\/\/r\.dev\/x+$/)],
])('the referrer %.30j', (sent, expected) => {
  const referrer = referrerIn(sent);
  expect(referrer).toEqual(expected);
  if (referrer !== undefined) expect(referrerRule(referrer)).toBeUndefined();
});

it.each(['a\0b', 'x'.repeat(600), 'ok'])('the title %.10j is one that may be stored', (sent) => {
  expect(titleRule(titleIn(sent))).toBeUndefined();
});

it.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.123456+02:00', '2026-01-31T10:00:00.123Z'],
  ['2026-01-31 12:00:00', '2026-01-31T12:00:00.000Z'],
  [Date.UTC(2026, 0, 31), '2026-01-31T00:00:00.000Z'],
])('the time %j', (sent, expected) => {
  expect(new Date(momentIn(sent) ?? 0).toISOString()).toBe(expected);
});

it.each(['yesterday', '', null, {}, Infinity, '2026-02-30T00:00:00Z'])('%j is no time', (sent) => {
  expect(momentIn(sent)).toBeUndefined();
});

it('other odd values', () => {
  expect([idIn(0), idIn(' a '), idIn('abc', 2), idIn(true)]).toEqual(['0', 'a', 'ab', undefined]);
  expect([screenIn(1440.4, 900), screenIn(0, 900), screenIn('1', '2')]).toEqual([
    '1440x900',
    undefined,
    undefined,
  ]);
});
