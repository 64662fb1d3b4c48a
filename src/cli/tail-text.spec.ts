import { describe, expect, it } from 'vitest';

import type { FeedItem, StoredItem } from '#event-feed/feed-item.js';

import { itemJson, itemText } from './tail-text.js';

const hostile = 'a\u001b[2J\u007f\u009b31m\r\n\u200e\u202e\u2028\u2066\u{e0041}b';
const UNFIT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const refusal = { id: 'r', at: 0, dialect: hostile, sdk: hostile, reason: hostile, messages: [hostile] };
const event = {
  v: 1,
  id: '00000000-0000-7000-8000-000000000001',
  site: hostile,
  type: hostile,
  occurredAt: 0,
  receivedAt: 0,
  visitorId: hostile,
  path: hostile,
  source: { dialect: hostile, sdk: hostile },
  properties: { [hostile]: hostile },
} as const;
const bare: FeedItem = { outcome: 'refused', at: 0, refusal };
const items: readonly FeedItem[] = [
  {
    outcome: 'refused',
    at: 0,
    refusal: { ...refusal, site: hostile, eventType: hostile, eventId: hostile, path: hostile },
  },
  bare,
  {
    outcome: 'stored',
    at: 0,
    event,
    position: { partition: 0, sequence: 1, ordinal: 0 },
    warnings: [hostile],
  },
];

describe('a line of the terminal', () => {
  it.each(items)('holds nothing that moves the cursor or turns the line around (%#)', (item) => {
    for (const sites of [true, false]) {
      expect(itemText(item, { colour: false, sites })).not.toMatch(UNFIT);
    }
  });

  it('says what of a stored event is unfit, before its properties', () => {
    const { outcome, at, position } = items[2] as StoredItem;
    const plain = { ...event, site: 's', properties: { plan: 1 } };
    const warned: FeedItem = { outcome, at, position, event: plain, warnings: ['one', 'two'] };
    expect(itemText(warned, { colour: false, sites: true })).toContain('  ! one; two  {"plan":1}');
  });

  it('says where no site and no type is named', () => {
    expect(itemText(bare, { colour: false, sites: true })).toContain('(no site)     –');
  });
});

describe('a line for scripts', () => {
  it.each(items)('holds nothing of that kind either, and is the same value (%#)', (item) => {
    const line = itemJson(item);
    expect(line).not.toMatch(UNFIT);
    expect(JSON.parse(line)).toMatchObject(
      item.outcome === 'stored'
        ? { event: item.event, warnings: item.warnings }
        : { messages: item.refusal.messages },
    );
  });
});
