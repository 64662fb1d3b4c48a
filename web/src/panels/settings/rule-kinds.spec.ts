import { expect, test } from 'vitest';
import { KINDS, ruleOf, wordsOf } from './rule-kinds.js';

test('what is typed becomes the rule that the API takes, without what belongs to another kind or is empty', () => {
  expect(ruleOf('PATH_TEMPLATE', { pattern: ' /users/* ', template: '', from: '/a' })).toEqual({
    kind: 'PATH_TEMPLATE',
    pattern: '/users/*',
  });
  expect(ruleOf('KEEP_QUERY', { parameters: 'q, page,,' })).toEqual({
    kind: 'KEEP_QUERY',
    parameters: ['q', 'page'],
  });
  expect(ruleOf('LOWER_CASE', { pattern: '/a' })).toEqual({ kind: 'LOWER_CASE' });
});

test('a rule is said in words', () => {
  expect(wordsOf({ kind: 'MERGE_PATH', from: '/old', to: '/new' })).toBe(
    'Merge one path into another: /old → /new',
  );
  expect(ruleOf('EXCLUDE_COUNTRY', { countries: 'DE, AT' })).toEqual({
    kind: 'EXCLUDE_COUNTRY',
    countries: ['DE', 'AT'],
  });
  expect(wordsOf(ruleOf('EXCLUDE_BOTS', { classes: 'seo,scanner' }))).toBe('Leave out bots: seo, scanner');
  expect(wordsOf({ kind: 'LOWER_CASE' })).toBe('Ignore letter case');
});

test('every kind is listed once', () => {
  expect(new Set(KINDS.map(({ kind }) => kind)).size).toBe(KINDS.length);
});
