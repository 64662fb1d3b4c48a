import { expect, it } from 'vitest';
import { matches, parsePattern, segmentsOf } from '#events/site-rules/path-pattern.js';
import { newRandom } from './support/random.js';

it('a path pattern matches what its definition says, tried in every way', () => {
  const random = newRandom('path patterns');
  const counts = { hit: 0, miss: 0 };
  for (let round = 0; round < 20_000; round++) {
    const pattern = textOf(() =>
      random.pick(['a', 'b', 'ab', '*', '**', ':x', '*a', 'a*', 'a*b', '*b*', '']),
    );
    const path = textOf(() => random.pick(['a', 'b', 'ab', 'ba', 'aab', 'abb', '']));
    const expected = slowly(pattern.slice(1).split('/'), path.slice(1).split('/'));
    counts[expected ? 'hit' : 'miss']++;
    if (matches(parsePattern(pattern), segmentsOf(path) ?? []) !== expected)
      expect({ pattern, path, expected: !expected }).toBe(expected);
  }
  expect(Math.min(counts.hit, counts.miss)).toBeGreaterThan(500);

  function textOf(segment: () => string): string {
    return `/${Array.from({ length: 1 + random.below(5) }, segment).join('/')}`;
  }
});

/** The definition, word for word. */
function slowly(pattern: readonly string[], path: readonly string[]): boolean {
  const [segment, ...rest] = pattern;
  if (segment === undefined) return path.length === 0;
  if (segment === '**') return [...path, ''].some((_, skipped) => slowly(rest, path.slice(skipped)));
  const [text, ...others] = path;
  return text !== undefined && oneSlowly(segment, text) && slowly(rest, others);
}

function oneSlowly(segment: string, text: string): boolean {
  return segment === '*' || segment.startsWith(':') ? text !== '' : starSlowly(segment, text);
}

function starSlowly(segment: string, text: string): boolean {
  if (segment === '') return text === '';
  if (segment.startsWith('*')) {
    return starSlowly(segment.slice(1), text) || (text !== '' && starSlowly(segment, text.slice(1)));
  }
  return segment.charAt(0) === text.charAt(0) && starSlowly(segment.slice(1), text.slice(1));
}
