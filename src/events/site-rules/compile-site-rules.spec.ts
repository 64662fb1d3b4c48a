import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../stored-event.js';
import { utf8Bytes } from '../text.js';
import { compileSiteRules } from './compile-site-rules.js';
import type { SiteRule } from './site-rule.js';

type Unidentified<T> = T extends unknown ? Omit<T, 'id'> : never;

function rulesOf(...rules: Unidentified<SiteRule>[]): SiteRule[] {
  return rules.map((rule, index) => ({
    ...rule,
    id: `0192f3a4-5b6c-7d8e-9f01-${String(index).padStart(12, '0')}`,
  }));
}

function eventOf(changes: Partial<StoredEvent>): StoredEvent {
  return Object.freeze({
    v: 1,
    id: '0192f3a4-5b6c-7d8e-9f01-23456789abcd',
    site: 'shop',
    type: 'page_view',
    occurredAt: 1,
    receivedAt: 2,
    visitorId: 'v-1',
    source: { dialect: 'http' },
    ...changes,
  });
}

/** The path as it is shown; null where the event is left out. */
function shown(rules: SiteRule[], path: string, url?: string): string | null | undefined {
  const event = compileSiteRules(rules)(eventOf({ path, ...(url !== undefined && { url }) }));
  return event === undefined ? null : event.path;
}

const slash = { kind: 'remove_trailing_slash' } as const;
const lower = { kind: 'lower_case' } as const;
const exclude = (pattern: string) => ({ kind: 'exclude_path', pattern }) as const;
const template = (pattern: string, shownAs: string) =>
  ({ kind: 'path_template', pattern, template: shownAs }) as const;
const merge = (from: string, to: string) => ({ kind: 'merge_path', from, to }) as const;
const keep = (...parameters: string[]) => ({ kind: 'keep_query', parameters }) as const;

describe('without an effect', () => {
  it('the very event comes back', () => {
    const event = eventOf({ path: '/a' });
    expect(compileSiteRules([])(event)).toBe(event);
    expect(compileSiteRules(rulesOf(slash, lower, exclude('/b'), keep('q')))(event)).toBe(event);
  });

  it('an event without a path passes every rule about paths', () => {
    const event = eventOf({ url: '/A/?q=1' });
    expect(compileSiteRules(rulesOf(slash, lower, exclude('/**'), keep('q')))(event)).toBe(event);
  });
});

describe('with an effect', () => {
  it('nothing but the path of a copy changes', () => {
    const event = eventOf({ path: '/A', url: '/A?x=1', title: 'A' });
    expect(compileSiteRules(rulesOf(lower))(event)).toEqual({ ...event, path: '/a' });
    expect(event.path).toBe('/A');
  });
});

describe('exclude_country', () => {
  const out = compileSiteRules(rulesOf({ kind: 'exclude_country', countries: ['DE', 'AT'] }));
  const from = (country: string) => ({ geo: { country, by: 'header' } });

  it.each<[Partial<StoredEvent>, boolean]>([
    [from('DE'), true],
    [{ ...from('AT'), path: '/a' }, true],
    [from('CH'), false],
    [{}, false],
  ])('%o left out: %s', (changes, excluded) => {
    expect(out(eventOf(changes)) === undefined).toBe(excluded);
  });
});

describe('exclude_visitor and exclude_user', () => {
  const uuid = '0192f3a4-5b6c-7d8e-9f01-aaaaaaaaaaaa';
  const out = compileSiteRules(
    rulesOf(
      { kind: 'exclude_visitor', visitorId: 'me' },
      { kind: 'exclude_visitor', visitorId: uuid.toUpperCase() },
      { kind: 'exclude_user', userId: 'boss' },
    ),
  );

  it.each([
    [{ visitorId: 'me' }, true],
    [{ visitorId: 'me', userId: 'customer' }, true],
    [{ visitorId: 'ME' }, false],
    [{ visitorId: uuid }, true],
    [{ visitorId: uuid.toUpperCase() }, true],
    [{ userId: 'boss' }, true],
    [{ userId: 'Boss' }, false],
    [{ userId: 'me' }, false],
    [{ visitorId: 'boss' }, false],
  ])('%o left out: %s', (changes, excluded) => {
    expect(out(eventOf(changes)) === undefined).toBe(excluded);
  });
});

describe('exclude_bots', () => {
  const userAgent = 'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)';
  const leavesOut = (rule: Unidentified<SiteRule>, change: Partial<StoredEvent>) =>
    compileSiteRules(rulesOf(rule))(eventOf(change)) === undefined;

  it('leaves out all bots, or those of some classes', () => {
    expect(leavesOut({ kind: 'exclude_bots' }, { userAgent })).toBe(true);
    expect(leavesOut({ kind: 'exclude_bots' }, { path: '/a', userAgent })).toBe(true);
    expect(leavesOut({ kind: 'exclude_bots', classes: ['seo', 'scanner'] }, { userAgent })).toBe(true);
    expect(leavesOut({ kind: 'exclude_bots', classes: ['ai-crawler'] }, { userAgent })).toBe(false);
    expect(leavesOut({ kind: 'exclude_bots' }, { userAgent: 'Mozilla/5.0 (X11; Linux) Firefox/130' })).toBe(
      false,
    );
    expect(leavesOut({ kind: 'exclude_bots' }, {})).toBe(false);
  });
});

describe('paths', () => {
  it.each([
    [
      'a trailing slash',
      rulesOf(slash),
      ['/a/', '/a'],
      ['/a', '/a'],
      ['/', '/'],
      ['//', '/'],
      ['/a//', '/a'],
    ],
    ['a slash elsewhere', rulesOf(slash), ['//a/', '//a'], ['/a//b', '/a//b'], ['', ''], ['a/', 'a']],
    ['a slash before a query', rulesOf(slash), ['/a/?x=/', '/a?x=/']],
    ['letter case', rulesOf(lower), ['/About', '/about'], ['/ÉTÉ', '/été'], ['/I', '/i'], ['/ΟΔΟΣ', '/οδος']],
    ['letter case of escapes', rulesOf(lower), ['/caf%C3%A9', '/caf%c3%a9'], ['/a?X=Y', '/a?X=Y']],
    ['dots, which stay', rulesOf(slash, lower), ['/A/../b/.', '/a/../b/.'], ['/.', '/.'], ['/..', '/..']],
    [
      'a template',
      rulesOf(template('/users/*', '/users/:id')),
      ['/users/5', '/users/:id'],
      ['/users', '/users'],
    ],
    [
      'the most specific template',
      rulesOf(
        template('/users/**', '/users/…'),
        template('/users/:id', '/u'),
        template('/users/me', '/users/me'),
      ),
      ['/users/5', '/u'],
      ['/users/me', '/users/me'],
      ['/users/5/x', '/users/…'],
    ],
    [
      'a merge before a template',
      rulesOf(template('/users/*', '/users/:id'), merge('/users/me', '/account')),
      ['/users/me', '/account'],
    ],
    ['a chain', rulesOf(merge('/b', '/c'), merge('/a', '/b'), merge('/c', '/d')), ['/a', '/d'], ['/b', '/d']],
    [
      'a merge, a template, a merge',
      rulesOf(merge('/me', '/users/5'), template('/users/*', '/users/:id'), merge('/users/:id', '/people')),
      ['/me', '/people'],
      ['/users/9', '/people'],
    ],
    [
      'rules written in another spelling',
      rulesOf(slash, lower, merge('/Old/', '/New/'), template('/Users/:Id/', '/Users/:Id')),
      ['/OLD', '/new'],
      ['/users/5/', '/users/:id'],
      ['/New/', '/new'],
    ],
    [
      'a merge that the spelling makes needless',
      rulesOf(slash, merge('/a/', '/a')),
      ['/a/', '/a'],
      ['/a', '/a'],
    ],
    ['escapes, which are text', rulesOf(merge('/a%20b', '/c')), ['/a%20b', '/c'], ['/a b', '/a b']],
    [
      'names of object properties',
      rulesOf(merge('/a', '/__proto__')),
      ['/a', '/__proto__'],
      ['/constructor', '/constructor'],
    ],
  ] as [string, SiteRule[], ...[string, string][]][])('%s', (_, rules, ...cases) => {
    expect(cases.map(([path]) => shown(rules, path))).toEqual(cases.map(([, expected]) => expected));
  });

  it('stay as they were sent where the result would not fit', () => {
    const long = `/${'İ'.repeat(999)}`;
    expect(utf8Bytes(long)).toBe(1999);
    expect(shown(rulesOf(lower), long)).toBe(long);
    expect(shown(rulesOf(lower), `/${'A'.repeat(1999)}`)).toBe(`/${'a'.repeat(1999)}`);
  });
});

describe('exclude_path', () => {
  it.each([
    [
      'as sent',
      rulesOf(exclude('/admin/**')),
      ['/admin/x', null],
      ['/Admin/x', '/Admin/x'],
      ['/admin?x=1', null],
    ],
    [
      'as sent, whatever it is shown as',
      rulesOf(exclude('/a'), merge('/a', '/b')),
      ['/a', null],
      ['/b', '/b'],
    ],
    ['as shown', rulesOf(exclude('/b'), merge('/a', '/b')), ['/a', null], ['/b', null]],
    [
      'in the spelling of the site',
      rulesOf(exclude('/Admin/**'), lower),
      ['/admin/x', null],
      ['/ADMIN', null],
    ],
    [
      'by a template',
      rulesOf(exclude('/users/:id'), template('/users/*/x', '/users/:id')),
      ['/users/5/x', null],
    ],
    [
      'never half way',
      rulesOf(exclude('/b'), merge('/a', '/b'), merge('/b', '/c')),
      ['/a', '/c'],
      ['/b', null],
    ],
  ] as [string, SiteRule[], ...[string, string | null][]][])('%s', (_, rules, ...cases) => {
    expect(cases.map(([path]) => shown(rules, path))).toEqual(cases.map(([, expected]) => expected));
  });
});

describe('keep_query', () => {
  it.each([
    ['/search', '/search?q=shoes&page=2', '/search?q=shoes'],
    ['/search', '/search?page=2', '/search'],
    ['/search', undefined, '/search'],
    ['/search', '/search?sort=up&q=a', '/search?q=a&sort=up'],
    ['/search', '/search?q=b&q=a', '/search?q=b&q=a'],
    ['/search', '/search?%71=a+b%20c', '/search?q=a+b%20c'],
    ['/search', '/search?Q=a', '/search'],
    ['/search', '/search?q&sort=', '/search?q&sort='],
    ['/search', '/search?q=a=b?c', '/search?q=a=b?c'],
    ['/search', 'https://example.com/x?q=1#?q=2', '/search?q=1'],
    ['/search?q=1&x=2', undefined, '/search?q=1'],
    ['/search', '/search?__proto__=1&constructor=2', '/search'],
  ])('%s of %s is %s', (path, url, expected) => {
    expect(shown(rulesOf(keep('sort'), keep('q')), path, url)).toBe(expected);
  });

  it('goes on with templates and merges', () => {
    const rules = rulesOf(keep('tab'), template('/users/*', '/users/:id'));
    expect(shown(rules, '/users/5', '/users/5?tab=Orders')).toBe('/users/:id?tab=Orders');
  });

  it('leaves out the parameter that does not fit', () => {
    const url = `/a?a=1&q=${'x'.repeat(2000)}&z=2`;
    expect(shown(rulesOf(keep('q', 'z', 'a')), '/a', url)).toBe('/a?a=1&z=2');
  });
});

it('refuses to compile a circle, which no path would ever leave', () => {
  expect(() => compileSiteRules(rulesOf(merge('/a', '/b'), merge('/b', '/a')))).toThrow('/b -> /a -> /b');
});
