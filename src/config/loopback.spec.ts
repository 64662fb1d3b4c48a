import { expect, it } from 'vitest';

import { isLoopback, isOwnLoopback, namesLoopback } from './loopback.js';

it.each([
  'localhost',
  'localhost:3000',
  'LOCALHOST',
  'shop.localhost:3000',
  '127.0.0.1',
  '127.8.9.1:3000',
  '[::1]',
  '[::1]:3000',
])('%s is this machine', (host) => {
  expect(namesLoopback(host)).toBe(true);
});

it.each([
  undefined,
  '',
  'evil.example',
  'evil.example:3000',
  'localhost.evil.example',
  'notlocalhost',
  '127.0.0.1.evil.example',
  'localhost@evil.example',
  'evil.example/@localhost',
  'evil.example#.localhost',
  '128.0.0.1',
  '0.0.0.0',
  '[::]',
  '::1',
  '192.168.1.7:3000',
])('%s is not', (host) => {
  expect(namesLoopback(host)).toBe(false);
});

it.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:192.168.1.7', false],
  ['192.168.1.7', false],
])('the address %s of a socket: %s', (address, here) => {
  expect(isLoopback(address)).toBe(here);
});

it('a name below localhost is this machine, and another site', () => {
  expect([isLoopback('shop.localhost'), isOwnLoopback('shop.localhost')]).toEqual([true, false]);
  expect([isOwnLoopback('localhost'), isOwnLoopback('[::1]')]).toEqual([true, true]);
});
