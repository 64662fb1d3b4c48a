import { describe, expect, test } from 'vitest';
import type { LogMessage } from '#event-log/types.js';
import { batchOf, decodeMessage } from './batch.js';

const message = (payload: Uint8Array | string): LogMessage => ({
  partition: 2,
  sequence: 7,
  batchId: 'b7',
  storedAt: 1_000,
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
  pending: 0,
});

const line = JSON.stringify({
  v: 1,
  id: '0190f5a2-7c3e-7a1b-8c2d-3e4f5a6b7c8d',
  site: 'shop',
  type: 'page_view',
  occurredAt: 1_780_000_000_000,
  receivedAt: 1_780_000_000_500,
  visitorId: 'someone',
  path: '/',
  source: { dialect: 'native' },
});

describe('a message is read line by line', () => {
  test('each event at its ordinal, what is no event beside it', () => {
    const decoded = decodeMessage(message(`${line}\n{\n${line}\n`));
    expect(decoded.events.map((each) => each.position)).toEqual([
      { partition: 2, sequence: 7, ordinal: 0 },
      { partition: 2, sequence: 7, ordinal: 2 },
    ]);
    expect(decoded.unreadable).toMatchObject([
      { position: { ordinal: 1 }, reason: 'malformed_json', text: '{' },
    ]);
  });

  test('an empty line within a message is no event either', () => {
    expect(decodeMessage(message(`${line}\n\n${line}`)).unreadable).toMatchObject([
      { position: { ordinal: 1 } },
    ]);
  });
});

test.each([
  ['empty_message', new Uint8Array()],
  ['invalid_utf8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
])('a message that is no text is parked whole: %s', (reason, payload) => {
  const decoded = decodeMessage(message(payload));
  expect(decoded.events).toEqual([]);
  expect(decoded.unreadable).toMatchObject([{ position: { sequence: 7, ordinal: -1 }, reason }]);
});

test('a batch stands where its last message stands', () => {
  const first = decodeMessage(message(line));
  const last = { ...decodeMessage(message(`${line}\n${line}`)), sequence: 8, batchId: 'b8', storedAt: 2_000 };
  const batch = batchOf([first, last], 'events');
  expect(batch).toMatchObject({ sequence: 8, batchId: 'b8', storedAt: 2_000, edge: 'events' });
  expect(batch.events).toHaveLength(3);
});
