import { expect, it } from 'vitest';

import { hashOfKey, KEY_LENGTH, kindOf, kindSaid, newKey, shownOfKey } from './key.js';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

it('S29: 10,000 keys are 10,000 different ones, each character as likely as any other', () => {
  const keys = Array.from({ length: 10_000 }, (_, i) => newKey(i % 2 ? 'public' : 'secret'));
  expect(new Set(keys).size).toBe(10_000);
  expect(keys.every((key, i) => kindOf(key) === (i % 2 ? 'public' : 'secret'))).toBe(true);
  const counts = new Map<string, number>();
  for (const key of keys)
    for (const digit of key.slice(3, 35)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  expect([...counts.keys()].sort()).toEqual([...DIGITS].sort());
  // 5,161 of each are expected; 71 is one standard deviation, so eight of them do not happen by chance.
  for (const count of counts.values()) expect(Math.abs(count - 320_000 / 62)).toBeLessThan(570);
  // log2(62) bits each.
  expect(32 * Math.log2(62)).toBeGreaterThan(160);
});

it('S29: every typo of one character, and every two that change places, are no key', () => {
  const key = newKey('secret');
  for (let at = 3; at < key.length; at++) {
    for (const digit of DIGITS) {
      const typo = key.slice(0, at) + digit + key.slice(at + 1);
      expect(kindOf(typo), typo).toBe(typo === key ? 'secret' : undefined);
    }
    const next = key.charAt(at + 1);
    const swapped = key.slice(0, at) + next + key.charAt(at) + key.slice(at + 2);
    if (swapped !== key) expect(kindOf(swapped), swapped).toBeUndefined();
  }
});

it('the kind is part of what the checksum is over', () => {
  const key = newKey('secret');
  expect(kindOf(`pk_${key.slice(3)}`)).toBeUndefined();
  expect(kindSaid(`pk_${key.slice(3)}`)).toBe('public');
});

it.each([
  undefined,
  null,
  7,
  {},
  ['pk_'],
  '',
  'shop',
  'pk_',
  'sk_live_1',
  `pk_${'k'.repeat(10_240)}`,
  'rk_abc',
])('input 28: %j is no key', (text) => {
  expect(kindOf(text)).toBeUndefined();
});

it('S28: what is shown of a key leaves most of it unknown', () => {
  const key = newKey('public');
  const { prefix, lastFour } = shownOfKey(key);
  expect(key.startsWith(prefix) && key.endsWith(lastFour)).toBe(true);
  expect(prefix.length + lastFour.length).toBe(11);
  expect(key).toHaveLength(KEY_LENGTH);
});

it('S31: what is kept of a key is its SHA-256', () => {
  expect(hashOfKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
