import { expect, test } from 'vitest';

import { decodeLogCursor, encodeLogCursor } from './log-cursor.js';
import { parseReceipt, receiptText } from './receipt.js';

test.each([
  { partition: 0, sequence: 1, ordinal: 0 },
  { partition: 255, sequence: Number.MAX_SAFE_INTEGER, ordinal: 499 },
])('a receipt is read as it was written: %o', (position) => {
  expect(parseReceipt(receiptText(position))).toEqual(position);
});

test.each([
  '',
  '1',
  '1:2',
  '1:2:3:4',
  '1:0:0',
  '-1:2:3',
  '1.5:2:3',
  '1:9007199254740992:0',
  7,
  null,
  ['1:2:3'],
])('no receipt: %j', (text) => {
  expect(parseReceipt(text)).toBeUndefined();
});

test('a cursor is read as it was written, and nothing else is one', () => {
  const cursor = { sequence: 12, ordinal: Number.MAX_SAFE_INTEGER };
  expect(decodeLogCursor(encodeLogCursor(cursor))).toEqual(cursor);
  for (const text of ['', 'x', 'W10', encodeLogCursor({ sequence: -1, ordinal: 0 })])
    expect(() => decodeLogCursor(text)).toThrow('after must be the endCursor of a previous page');
});
