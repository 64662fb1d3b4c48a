import { expect, test } from 'vitest';

import { decodeLogCursor, encodeLogCursor } from './log-cursor.js';
import { parseAwaited, parseReceipt, receiptText } from './receipt.js';

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

test('what is waited for may be a change of settings too, which is no event', () => {
  expect(parseAwaited('workspace:12')).toEqual({ partition: -1, sequence: 12 });
  expect(parseAwaited('2:1043:17')).toEqual({ partition: 2, sequence: 1043, ordinal: 17 });
  expect(parseReceipt('workspace:12')).toBeUndefined();
  for (const text of ['workspace:0', 'workspace:', 'workspace:1:0', '-1:12:0', 'workspace:9007199254740992'])
    expect(parseAwaited(text)).toBeUndefined();
});

test('a cursor is read as it was written, and nothing else is one', () => {
  const cursor = { sequence: 12, ordinal: Number.MAX_SAFE_INTEGER };
  expect(decodeLogCursor(encodeLogCursor(cursor))).toEqual(cursor);
  for (const text of ['', 'x', 'W10', encodeLogCursor({ sequence: -1, ordinal: 0 })])
    expect(() => decodeLogCursor(text)).toThrow('after must be the endCursor of a previous page');
});
