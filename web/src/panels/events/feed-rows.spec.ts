import { describe, expect, it } from 'vitest';

import { addItems, emptyFeed, resumed, ROWS, type Row } from './feed-rows.js';

const row = (id: string, outcome: Row['outcome'] = 'STORED'): Row => ({
  id,
  outcome,
  receivedAt: '2026-05-17T12:00:00Z',
  siteId: 'shop',
  eventType: 'page_view',
  eventId: null,
  path: '/',
  dialect: 'tidemark',
  sdk: null,
  reason: null,
  messages: [],
  stored: null,
});
const push = (...ids: string[]) => ({ items: ids.map((id) => row(id)), skipped: 0 });
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);

describe('the rows of the feed', () => {
  it('are newest first, and each once', () => {
    const feed = addItems(addItems(emptyFeed, push('a', 'b')), push('b', 'c'));
    expect(ids(feed.rows)).toEqual(['c', 'b', 'a']);
    expect(feed).toMatchObject({ live: true, stored: 3, refused: 0 });
  });

  it('wait while it is paused, and come when it goes on', () => {
    const paused = addItems({ ...addItems(emptyFeed, push('a')), paused: true }, push('b', 'c'));
    expect(ids(paused.rows)).toEqual(['a']);
    expect(ids(paused.held)).toEqual(['c', 'b']);
    const on = resumed(addItems(paused, push('c')));
    expect(ids(on.rows)).toEqual(['c', 'b', 'a']);
    expect(on).toMatchObject({ held: [], paused: false });
  });

  it('are bounded, on the page and waiting', () => {
    const many = push(...Array.from({ length: ROWS + 20 }, (_, n) => String(n)));
    expect(addItems(emptyFeed, many).rows).toHaveLength(ROWS);
    expect(addItems({ ...emptyFeed, paused: true }, many).held).toHaveLength(ROWS);
    expect(addItems(emptyFeed, many).rows[0]?.id).toBe(String(ROWS + 19));
  });

  it('are counted by what became of them, with those that were not shown', () => {
    const feed = addItems(emptyFeed, { items: [row('a'), row('b', 'REFUSED')], skipped: 7 });
    expect(addItems(feed, { items: [], skipped: 1 })).toMatchObject({ stored: 1, refused: 1, skipped: 8 });
  });
});
