import { describe, expect, it } from 'vitest';
import { validateSiteRule } from './validate-site-rule.js';

const id = '0192f3a4-5b6c-7d8e-9f01-23456789abcd';

/** "field: message" for each fault. */
function faultsOf(rule: unknown): string[] {
  const answer = validateSiteRule(rule);
  return answer.valid ? [] : answer.faults.map(({ field, message }) => `${field}: ${message}`);
}

describe('a fit rule', () => {
  it.each([
    [{ id, kind: 'exclude_visitor', visitorId: 'v-1' }],
    [{ id, kind: 'exclude_user', userId: 'anna@example.com' }],
    [{ id, kind: 'exclude_path', pattern: '/admin/**' }],
    [{ id, kind: 'exclude_country', countries: ['DE', 'AT'] }],
    [{ id, kind: 'remove_trailing_slash' }],
    [{ id, kind: 'lower_case' }],
    [{ id, kind: 'keep_query', parameters: ['q', 'filter[]', 'größe', '__proto__'] }],
    [{ id, kind: 'path_template', pattern: '/users/*', template: '/users/:id' }],
    [{ id, kind: 'merge_path', from: '/users/:id', to: '/日本' }],
    [{ id, kind: 'merge_path', from: `/${'a'.repeat(1999)}`, to: '/' }],
  ])('%o comes back as it is', (rule) => {
    expect(validateSiteRule(rule)).toEqual({ valid: true, rule });
    expect(validateSiteRule(JSON.parse(JSON.stringify(rule)))).toEqual({ valid: true, rule });
  });

  it.each([
    [{ kind: 'exclude_user', userId: ' anna ' }, { userId: 'anna' }],
    [{ kind: 'path_template', pattern: '/users/:id' }, { template: '/users/:id' }],
    [{ kind: 'path_template', pattern: '/users/:id', template: null }, { template: '/users/:id' }],
    [{ kind: 'merge_path', from: '/a\ud800', to: '/b' }, { from: '/a\ufffd' }],
  ])('%o is completed', (rule, completed) => {
    expect(validateSiteRule({ ...rule, id: id.toUpperCase() })).toEqual({
      valid: true,
      rule: { ...rule, id, ...completed },
    });
  });
});

describe('an unfit rule', () => {
  it.each([
    [undefined, ['rule: rule must be a JSON object']],
    [null, ['rule: rule must be a JSON object']],
    [[], ['rule: rule must be a JSON object']],
    ['lower_case', ['rule: rule must be a JSON object']],
  ])('%o is no object', (rule, faults) => {
    expect(faultsOf(rule)).toEqual(faults);
  });

  it.each([undefined, [], 'DE', ['Germany'], ['D1'], [7]])('has countries %o', (countries) => {
    expect(faultsOf({ id, kind: 'exclude_country', countries })).toEqual([
      'countries: countries must be a list of 1 to 250 countries by their two letters, such as ["DE"]',
    ]);
  });

  it('names a country twice', () => {
    expect(faultsOf({ id, kind: 'exclude_country', countries: ['DE', 'de'] })).toEqual([
      'countries: countries must name each country once',
    ]);
  });

  it.each(['', 'constructor', '__proto__', 'toString', 'exclude_weekday', 1, undefined, ['lower_case']])(
    'has the kind %o',
    (kind) => {
      expect(faultsOf({ id, kind })).toEqual([
        'kind: kind must be one of exclude_visitor, exclude_user, exclude_path, exclude_bots, ' +
          'exclude_country, remove_trailing_slash, lower_case, keep_query, path_template, merge_path',
      ]);
    },
  );

  it.each([
    [
      { kind: 'lower_case', id: undefined },
      ['id: id must be a UUID, such as "0192f3a4-5b6c-7d8e-9f01-23456789abcd"'],
    ],
    [{ kind: 'lower_case', id: 5 }, [/^id: /]],
    [
      { kind: 'lower_case', path: '/a' },
      ['path: path must be left out: a rule of kind lower_case has id and kind only'],
    ],
    [
      { kind: 'exclude_visitor', visitorId: 'v', pattern: '/a' },
      [/^pattern: .* has id, kind and visitorId only$/],
    ],
    [{ kind: 'exclude_visitor' }, ['visitorId: visitorId must be a string of 1 to 200 characters']],
    [{ kind: 'exclude_visitor', visitorId: '  ' }, [/^visitorId: .* 1 to 200 characters$/]],
    [{ kind: 'exclude_visitor', visitorId: 'a\0' }, [/NUL/]],
    [{ kind: 'exclude_user', userId: 'u'.repeat(201) }, [/^userId: .* 1 to 200 characters$/]],
    [{ kind: 'exclude_path' }, ['pattern: pattern must be a path that starts with "/", such as "/pricing"']],
    [{ kind: 'exclude_path', pattern: '' }, [/^pattern: .* starts with "\/"/]],
    [{ kind: 'exclude_path', pattern: 'admin' }, [/^pattern: .* must start with "\/", such as/]],
    [{ kind: 'exclude_path', pattern: 'https://example.com/a' }, [/write "\/pricing", not "https:/]],
    [
      { kind: 'exclude_path', pattern: '/a?b' },
      [/must not contain "\?": rules see a path without its query/],
    ],
    [{ kind: 'exclude_path', pattern: '/a#b' }, [/must not contain "#"/]],
    [{ kind: 'exclude_path', pattern: '/a\n' }, [/control characters/]],
    [{ kind: 'exclude_path', pattern: '/a**' }, [/"\*\*" alone between slashes, as in .*, not in "a\*\*"$/]],
    [{ kind: 'exclude_path', pattern: `/${'a'.repeat(500)}` }, [/at most 500 characters/]],
    [{ kind: 'path_template', pattern: '/users/*' }, [/^template: template must be a path/]],
    [{ kind: 'path_template', pattern: 5 }, [/^pattern: /, /^template: /]],
    [
      { kind: 'path_template', pattern: '/a/*', template: '/a/*' },
      [/^template: .* write "\/users\/:id" instead$/],
    ],
    [{ kind: 'merge_path', from: '/a' }, [/^to: /]],
    [{ kind: 'merge_path', from: '/a', to: '/a' }, ['to: to must be another path than from']],
    [{ kind: 'merge_path', from: '/a/*', to: '/b' }, [/^from: .* use a path_template rule for a pattern$/]],
    [{ kind: 'merge_path', from: `/${'ü'.repeat(1000)}`, to: '/b' }, [/^from: .* at most 2,000 bytes$/]],
    [{ kind: 'exclude_bots', classes: [] }, [/^classes: .* left out, for all bots, or a list of academic, /]],
    [{ kind: 'exclude_bots', classes: ['robots'] }, [/^classes: .* or a list of /]],
    [{ kind: 'exclude_bots', classes: ['seo', 'seo'] }, [/each class once/]],
    [{ kind: 'keep_query' }, [/^parameters: .* list of 1 to 50 names/]],
    [{ kind: 'keep_query', parameters: [] }, [/list of 1 to 50 names/]],
    [{ kind: 'keep_query', parameters: 'q' }, [/list of 1 to 50 names/]],
    [{ kind: 'keep_query', parameters: ['q', 5] }, [/names of 1 to 100 characters/]],
    [{ kind: 'keep_query', parameters: ['q=1'] }, [/without spaces and \? & = # \+ %, not "q=1"$/]],
    [{ kind: 'keep_query', parameters: ['%71'] }, [/not "%71"$/]],
    [{ kind: 'keep_query', parameters: ['Token'] }, [/"Token": it is removed before an event is stored$/]],
    [{ kind: 'keep_query', parameters: ['q', 'q'] }, [/each parameter once/]],
  ])('%o names the field and the fix', (rule, expected) => {
    const faults = faultsOf({ id, ...rule });
    expect(faults).toHaveLength(expected.length);
    for (const [index, words] of expected.entries()) expect(faults[index]).toMatch(words);
  });

  it('cannot reach a prototype', () => {
    const rule: unknown = JSON.parse(`{"id":"${id}","kind":"lower_case","__proto__":{"polluted":true}}`);
    expect(faultsOf(rule)).toEqual([
      '__proto__: __proto__ must be left out: a rule of kind lower_case has id and kind only',
    ]);
    const inherited: unknown = Object.create({ id, kind: 'lower_case' });
    expect(faultsOf(inherited)).toHaveLength(1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
