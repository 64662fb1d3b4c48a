import { expect, test } from 'vitest';
import { bitmapOf, isIn } from './ledger.js';

test('a bitmap holds exactly its ordinals', () => {
  const ordinals = [0, 7, 8, 63, 499];
  const bitmap = bitmapOf(ordinals);
  expect(bitmap.byteLength).toBe(63);
  const held = Array.from({ length: 600 }, (_, ordinal) => ordinal).filter((ordinal) =>
    isIn(bitmap, ordinal),
  );
  expect(held).toEqual(ordinals);
  expect(isIn(undefined, 0)).toBe(false);
});
