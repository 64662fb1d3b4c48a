import { expect, it } from 'vitest';

import { allowsOrigin, readOrigins } from './origin-list.js';

it('tidies what people write', () => {
  expect(readOrigins([' https://Shop.example/ ', 'https://shop.example', 'http://localhost:3000'])).toEqual([
    'https://shop.example',
    'http://localhost:3000',
  ]);
});

it.each([
  'shop.example',
  'https://shop.example/path',
  'https://*',
  'https://a.*.example',
  '*',
  'null',
  'ftp://shop.example',
  'https://shop.example:443',
  'https://user@shop.example',
])('%s is no origin', (text) => {
  expect(readOrigins([text])).toEqual({ fault: expect.stringMatching(/^\[0\] must be an origin/) as string });
});

it.each([
  [[], undefined, true],
  [[], 'https://any.example', true],
  [['https://shop.example'], undefined, false],
  [['https://shop.example'], 'null', false],
  [['https://shop.example'], 'https://shop.example', true],
  [['https://shop.example'], 'https://shop.example.evil.test', false],
  [['https://shop.example'], 'http://shop.example', false],
  [['https://*.shop.example'], 'https://a.b.shop.example', true],
  [['https://*.shop.example'], 'https://shop.example', false],
  [['https://*.shop.example'], 'https://.shop.example', false],
  [['https://*.shop.example'], 'https://evilshop.example', false],
  [['https://a.example', 'https://b.example'], 'https://b.example', true],
])('of %j, from %s: %s', (origins, origin, allowed) => {
  expect(allowsOrigin(origins, origin)).toBe(allowed);
});
