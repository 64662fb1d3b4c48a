import { expect, test } from 'vitest';

import { doorTo, invitationOf, nextOf, safeNext } from './next.js';

test.each([
  '//evil.example',
  '/\\evil.example',
  '\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/..//evil.example',
  '/.//evil.example',
  'https://evil.example',
  'https:evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  'evil.example',
  '',
])('S42: %j does not lead anywhere but to the first page', (next) => {
  expect(safeNext(next)).toBe('/');
  expect(nextOf(`?next=${encodeURIComponent(next)}`)).toBe('/');
  expect(doorTo('/sign-in', next)).toBe('/sign-in');
});

test.each(['/', '/settings?site=shop', '/?site=a&from=2026-01-01&to=2026-01-02#main', '/invitation/x1'])(
  'S42: %j is a page of this server',
  (next) => expect(safeNext(next)).toBe(next),
);

test('a door keeps the page that it leads back to', () => {
  const door = doorTo('/sign-in', '/settings?site=shop&x=1');
  expect(nextOf(new URL(door, 'http://a.example').search)).toBe('/settings?site=shop&x=1');
});

test.each([
  ['/invitation/x1', 'x1'],
  ['/invitation/x1?a=b#c', 'x1'],
  ['/invitation/', undefined],
  ['/settings?site=/invitation/x1', undefined],
])('%s is the page of the invitation %s', (next, id) => expect(invitationOf(next)).toBe(id));
