import { describe, expect, it } from 'vitest';
import { matches, parsePattern, patternFault, segmentsOf } from './path-pattern.js';
import { bySpecificity, shapeOf } from './pattern-order.js';

function isMatch(pattern: string, path: string): boolean {
  const segments = segmentsOf(path);
  return segments !== undefined && matches(parsePattern(pattern), segments);
}

describe('a path pattern', () => {
  it.each([
    ['/', ['/'], ['', '//', '/a']],
    ['/a', ['/a'], ['/', '/a/', '/A', '/a/b', '/ab', 'a', '//a']],
    ['/a/', ['/a/'], ['/a', '/a//']],
    ['//a', ['//a'], ['/a', '///a']],
    [
      '/users/*',
      ['/users/5', '/users/ü', '/users/:id', '/users/*', '/users/..'],
      ['/users', '/users/', '/users/5/x'],
    ],
    ['/users/:id', ['/users/5', '/users/:id'], ['/users/', '/users/5/']],
    ['/users/:id/edit', ['/users/5/edit'], ['/users//edit', '/users/5/6/edit']],
    ['/*.php', ['/.php', '/index.php', '/a.php.php'], ['/index.php5', '/a/index.php', '/php']],
    ['/post-*', ['/post-', '/post-1'], ['/post', '/a-post-1']],
    ['/*draft*', ['/draft', '/my-draft-2'], ['/drat', '/a/draft']],
    ['/a*b*a', ['/aba', '/aaba', '/axbya'], ['/aba/', '/ab', '/a', '/aa']],
    ['/ab*ba', ['/abba', '/ab-ba'], ['/aba']],
    ['/**', ['/', '/a', '/a/b/', '//'], ['', 'a']],
    ['/admin/**', ['/admin', '/admin/', '/admin/x/y'], ['/administrator', '/', '/x/admin']],
    ['/**/edit', ['/edit', '/a/edit', '/a/b/edit', '//edit'], ['/edit/', '/aedit']],
    ['/a/**/b/**/c', ['/a/b/c', '/a/x/b/y/z/c', '/a/b/b/c'], ['/a/c', '/a/c/b', '/a/b/x']],
    ['/a/**/x/*/**/x', ['/a/x/1/x', '/a/x/x/x', '/a/b/x/1/2/x'], ['/a/x/x', '/a/x']],
    ['/caf%C3%A9', ['/caf%C3%A9'], ['/café', '/caf%c3%a9']],
    ['/日本/*', ['/日本/語', '/日本/🌊'], ['/日/語']],
    ['/a.b', ['/a.b'], ['/axb']],
    ['/(a|b)+[c]$', ['/(a|b)+[c]$'], ['/a', '/aac']],
  ] as const)('%s', (pattern, hits, misses) => {
    expect(patternFault(pattern)).toBeUndefined();
    expect(hits.filter((path) => !isMatch(pattern, path))).toEqual([]);
    expect(misses.filter((path) => isMatch(pattern, path))).toEqual([]);
  });

  it('takes a long path that a backtracking matcher would try for ever', () => {
    const stars = `/${'*a'.repeat(200)}*b`;
    expect(isMatch(stars, `/${'a'.repeat(2000)}`)).toBe(false);
    expect(isMatch(stars, `/${'a'.repeat(2000)}b`)).toBe(true);
    const runs = `/${'**/a/'.repeat(90)}b`;
    expect(isMatch(runs, '/a'.repeat(1000))).toBe(false);
    expect(isMatch(runs, `${'/a'.repeat(1000)}/b`)).toBe(true);
  });

  it.each([
    ['/a**', /"\*\*" alone between slashes/],
    ['/***', /"\*\*" alone/],
    ['/users/:', /name of letters, digits and _/],
    ['/users/:1', /name of letters, digits and _/],
    ['/users/:id.json', /name of letters, digits and _/],
  ])('%s is none', (pattern, words) => {
    expect(patternFault(pattern)).toMatch(words);
  });
});

describe('of two patterns the more specific', () => {
  it.each([
    ['/users/me', '/users/*'],
    ['/users/me', '/users/m*'],
    ['/users/m*', '/users/*'],
    ['/users/me*', '/users/m*'],
    ['/users/:id', '/users/**'],
    ['/users', '/users/**'],
    ['/users/**/edit', '/users/**'],
    ['/users/*/edit', '/users/**/edit'],
    ['/a/*', '/*/b'],
    ['/*', '/**'],
  ])('%s comes before %s', (first, second) => {
    expect(bySpecificity(first, second)).toBeLessThan(0);
    expect(bySpecificity(second, first)).toBeGreaterThan(0);
  });

  it('is none where names of segments alone differ', () => {
    expect(shapeOf('/users/:id/**/a*b')).toBe(shapeOf('/users/:user/**/a*b'));
    expect(shapeOf('/users/:id')).not.toBe(shapeOf('/users/**'));
  });
});
