import { describe, expect, it } from 'vitest';
import { compileSiteRules } from './compile-site-rules.js';
import { validateSiteRules } from './validate-site-rules.js';

const idOf = (index: number) => `0192f3a4-5b6c-7d8e-9f01-${String(index).padStart(12, '0')}`;
const merge = (from: string, to: string) => ({ kind: 'merge_path', from, to });
const template = (pattern: string, shownAs: string) => ({
  kind: 'path_template',
  pattern,
  template: shownAs,
});
const exclude = (pattern: string) => ({ kind: 'exclude_path', pattern });
const keep = (...parameters: string[]) => ({ kind: 'keep_query', parameters });
const lower = { kind: 'lower_case' };
const slash = { kind: 'remove_trailing_slash' };
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));

function faultsOf(...rules: object[]): string[] {
  const answer = validateSiteRules(
    rules.map((rule, index) => (typeof rule === 'object' ? { id: idOf(index), ...rule } : rule)),
  );
  if (!answer.valid) return answer.faults.map(({ field, message }) => `${field} | ${message}`);
  // Whatever is found valid can be compiled.
  compileSiteRules(answer.rules);
  return [];
}

describe('rules that go together', () => {
  it.each([
    ['none', []],
    [
      'one of each',
      [exclude('/a'), template('/u/:id', '/u/:id'), merge('/x', '/y'), keep('q'), lower, slash],
    ],
    ['a chain', [merge('/a', '/b'), merge('/b', '/c'), merge('/c', '/d')]],
    ['two into one', [merge('/a', '/c'), merge('/b', '/c')]],
    [
      'bots of several classes',
      [
        { kind: 'exclude_bots', classes: ['seo'] },
        { kind: 'exclude_bots', classes: ['scanner'] },
      ],
    ],
    ['an exception', [template('/u/*', '/u/:id'), template('/u/me', '/u/me')]],
    ['a template that its own text matches', [template('/**', '/all')]],
    [
      'merges that the spelling makes one',
      [merge('/A', '/b'), merge('/a/', '/b'), merge('/B', '/b'), lower, slash],
    ],
    ['the same path left out and merged', [exclude('/a'), merge('/a', '/b')]],
    ['as many as may be', many(500, (i) => merge(`/a${i}`, '/b'))],
    ['a chain of as many as may be', many(500, (i) => merge(`/${i}`, `/${i + 1}`))],
  ])('%s', (_, rules) => {
    expect(faultsOf(...rules)).toEqual([]);
  });
});

describe('rules that do not', () => {
  const first = idOf(0);
  it.each([
    [
      [{ id: 'x', ...lower }, 5],
      ['rules[0].id | rules[0].id must be a UUID', 'rules[1] | rules[1] must be a JSON object'],
    ],
    [[lower, { ...slash, id: first }], ['rules[1].id | rules[1].id must be unique: another rule has it']],
    [[lower, lower], [`rules[1].kind | rules[1].kind must not repeat rule ${first}: remove that one first`]],
    [[exclude('/a/*'), exclude('/a/:id')], ['rules[1].pattern | rules[1].pattern must not repeat rule']],
    [
      [template('/a/*', '/a'), template('/a/:id', '/b')],
      ['rules[1].pattern | rules[1].pattern must not repeat rule'],
    ],
    [[merge('/a', '/b'), merge('/a', '/c')], ['rules[1].from | rules[1].from must not repeat rule']],
    [
      [
        { kind: 'exclude_bots', classes: null },
        { kind: 'exclude_bots', classes: ['seo'] },
      ],
      ['rules[1].classes | rules[1].classes must not repeat rule'],
    ],
    [[keep('a', 'b'), keep('c', 'b')], ['rules[1].parameters | rules[1].parameters must not repeat rule']],
    [
      [
        { kind: 'exclude_visitor', visitorId: idOf(10) },
        { kind: 'exclude_visitor', visitorId: '0192F3A4-5B6C-7D8E-9F01-000000000010' },
      ],
      ['rules[1].visitorId | rules[1].visitorId must not repeat rule'],
    ],
    [
      [merge('/a', '/b'), lower, merge('/A', '/c')],
      [`rules[2].from | rules[2].from must not be the same as in rule ${first}, which leads to /b`],
    ],
    [
      [template('/a/*/', '/b'), slash, template('/a/:id', '/c')],
      ['rules[2].pattern | rules[2].pattern must not be'],
    ],
    [
      [merge('/a', '/b'), merge('/b', '/a')],
      [`rules[1].to | rules[1].to must not lead back: /b -> /a -> /b; leave it out or remove rule ${first}`],
    ],
    [
      [merge('/c', '/a'), merge('/a', '/b'), merge('/b', '/c')],
      ['rules[2].to | rules[2].to must not lead back'],
    ],
    [
      [merge('/a', '/B'), merge('/b', '/A'), lower],
      ['rules[1].to | rules[1].to must not lead back: /b -> /a -> /b'],
    ],
    [
      [merge('/u/:id', '/u/5'), template('/u/*', '/u/:id')],
      ['rules[1].template | rules[1].template must not lead back'],
    ],
    [
      [merge('/a', '/b'), merge('/b', '/a'), merge('/x', '/y'), merge('/y', '/x'), merge('/in', '/a')],
      ['rules[1].to | ', 'rules[3].to | '],
    ],
    [
      many(10, (i) => merge(`/${i}`, `/${(i + 1) % 10}`)),
      ['rules[9].to | rules[9].to must not lead back: /1 -> /2 -> /3 -> …'],
    ],
    [many(501, (i) => merge(`/a${i}`, '/b')), ['rules | rules must be at most 500']],
    [many(101, (i) => exclude(`/a${i}`)), ['rules | rules must be at most 100 with a pattern']],
    [many(51, (i) => keep(`p${i}`)), ['rules | rules must keep at most 50 query parameters']],
  ])('%#', (rules, expected) => {
    const faults = faultsOf(...(rules as object[]));
    expect(faults.map((fault, index) => fault.slice(0, expected[index]?.length))).toEqual(expected);
  });

  it('are also left by removing one that kept them apart', () => {
    const exception = template('/u/me', '/u/me');
    const rest = [merge('/u/:id', '/u/me'), template('/u/*', '/u/:id')];
    expect(faultsOf(...rest, exception)).toEqual([]);
    expect(faultsOf(...rest)).toHaveLength(1);
  });

  it.each([undefined, null, {}, 'rules', { length: 1 }])('%o is no list', (rules) => {
    expect(validateSiteRules(rules)).toEqual({
      valid: false,
      faults: [{ field: 'rules', message: 'rules must be a list of rules' }],
    });
  });
});
