import { expect, it } from 'vitest';

import { propertiesFault } from '#events/properties.js';

import { boundedProperties } from './bounded-properties.js';

const nested = (levels: number): Record<string, unknown> =>
  JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as Record<string, unknown>;

it('what keeps to the bounds stays as it is', () => {
  const properties = { plan: 'pro', list: [1, { a: null }], ...nested(5) };
  expect(boundedProperties(properties)).toEqual(properties);
});

it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  [
    'nested too deeply',
    { keep: 1, ...nested(7) },
    { keep: 1, a: { a: { a: { a: { a: '{"a":{"a":1}}' } } } } },
  ],
  ['a text too long', { keep: 1, text: 'x'.repeat(9_000) }, { keep: 1, text: 'x'.repeat(8_192) }],
  ['NUL', { keep: 1, 'k\0': 'a\0b' }, { keep: 1, k: 'ab' }],
  ['no number', { keep: 1, n: Infinity }, { keep: 1, n: null }],
  ['a key too long', { keep: 1, ['k'.repeat(200)]: 1 }, { keep: 1, ['k'.repeat(128)]: 1 }],
  ['a forbidden key', JSON.parse('{"keep":1,"__proto__":{"x":1},"":2}') as object as never, { keep: 1 }],
])('%s is cut, and that is said', (_, properties, expected) => {
  const cut = boundedProperties(properties);
  expect(cut).toEqual({ ...expected, truncated: true });
  expect(propertiesFault(cut)).toBeUndefined();
});

it('of too much the largest goes', () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`k${i}`, i]));
  expect(Object.keys(boundedProperties(many))).toHaveLength(100);
  const large = { small: 1, one: 'x'.repeat(8_000), two: 'y'.repeat(8_100), three: '"'.repeat(4_000) };
  const cut = boundedProperties(large);
  expect(cut).toMatchObject({ small: 1, truncated: true });
  expect(propertiesFault(cut)).toBeUndefined();
  const abyss = boundedProperties({ keep: 1, ...nested(100_000) });
  expect(propertiesFault(abyss)).toBeUndefined();
  expect(abyss).toMatchObject({ keep: 1, truncated: true });
});
