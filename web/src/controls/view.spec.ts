import { describe, expect, test } from 'vitest';

import { DEFAULT_TABS } from './audience-tabs.js';
import { defaultRange, parseView, rolledOver, viewToSearch, type View } from './view.js';

const today = '2026-03-01';

describe('the address', () => {
  test.each<View>([
    {
      site: 'shop',
      range: { from: '2026-01-01', to: '2026-01-31' },
      prefix: '',
      tabs: DEFAULT_TABS,
      asOf: undefined,
    },
    {
      site: 'shop',
      range: { from: '2026-01-01', to: '2026-01-01' },
      prefix: '/a b?c=d&e=ü%2F#f',
      tabs: { sources: 'UTM_SOURCE', devices: 'BROWSER', locales: 'LANGUAGE' },
      asOf: undefined,
    },
    {
      site: undefined,
      range: { from: '2015-05-17', to: '2015-05-20' },
      prefix: '/',
      tabs: { ...DEFAULT_TABS, devices: 'BOT' },
      asOf: '2026-01-05T09:30:00.000Z',
    },
  ])('says all of $range.from, "$prefix"', (view) => {
    expect(parseView(viewToSearch(view), today)).toEqual(view);
  });

  test('keeps the slashes of a path readable', () => {
    const range = { from: today, to: today };
    const view = { site: 'shop', range, prefix: '/blog/a', tabs: DEFAULT_TABS, asOf: undefined };
    expect(viewToSearch(view)).toBe('?site=shop&from=2026-03-01&to=2026-03-01&path=/blog/a');
    const tabs = { ...DEFAULT_TABS, sources: 'UTM_SOURCE' } as const;
    expect(viewToSearch({ ...view, prefix: '', tabs })).toBe(
      '?site=shop&from=2026-03-01&to=2026-03-01&sources=utm_source',
    );
  });

  test.each([
    '',
    '?from=2026-01-01',
    '?from=2026-02-01&to=2026-01-01',
    '?from=x&to=y',
    '?site=',
    '?as-of=long+ago',
    '?sources=browser&devices=&locales=constructor',
  ])('"%s" shows the last 30 days', (search) =>
    expect(parseView(search, today)).toEqual({
      site: undefined,
      range: defaultRange(today),
      prefix: '',
      tabs: DEFAULT_TABS,
      asOf: undefined,
    }),
  );
});

describe('at midnight', () => {
  test('a preset follows the day', () =>
    expect(rolledOver({ from: '2026-02-22', to: '2026-02-28' }, '2026-02-28', today)).toEqual({
      from: '2026-02-23',
      to: today,
    }));

  test('any other range stays', () => {
    const range = { from: '2026-02-01', to: '2026-02-11' };
    expect(rolledOver(range, '2026-02-28', today)).toBe(range);
  });
});
