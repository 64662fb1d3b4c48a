import { expect, it } from 'vitest';
import { describeRule } from './describe-rule.js';
import { validateSiteRule } from './validate-site-rule.js';

const id = '0192f3a4-5b6c-7d8e-9f01-23456789abcd';

it.each([
  [{ kind: 'exclude_country', countries: ['DE'] }, 'Leaves out the country DE'],
  [{ kind: 'exclude_country', countries: ['DE', 'AT'] }, 'Leaves out the countries DE, AT'],
  [{ kind: 'exclude_visitor', visitorId: 'a "b"\nc' }, 'Leaves out visitor "a \\"b\\"\\nc"'],
  [{ kind: 'exclude_user', userId: 'u1' }, 'Leaves out user "u1"'],
  [{ kind: 'exclude_path', pattern: '/admin/**' }, 'Leaves out /admin/**'],
  [{ kind: 'exclude_bots' }, 'Leaves out all known bots'],
  [{ kind: 'exclude_bots', classes: ['seo', 'scanner'] }, 'Leaves out bots of these kinds: seo, scanner'],
  [{ kind: 'remove_trailing_slash' }, 'Shows /about/ as /about, and so every path'],
  [{ kind: 'lower_case' }, 'Shows /About as /about, and so every path'],
  [{ kind: 'keep_query', parameters: ['q'] }, 'Keeps in paths the query parameter q'],
  [{ kind: 'keep_query', parameters: ['q', 'page'] }, 'Keeps in paths the query parameters q, page'],
  [{ kind: 'path_template', pattern: '/u/*', template: '/u/:id' }, 'Shows /u/* as /u/:id'],
  [{ kind: 'path_template', pattern: '/u/:id' }, 'Shows what /u/:id stands for as one path'],
  [{ kind: 'merge_path', from: '/old', to: '/new' }, 'Shows /old as /new'],
])('%j: %s', (given, words) => {
  const read = validateSiteRule({ id, ...given });
  expect(read.valid && describeRule(read.rule)).toBe(words);
});
