import { describe, expect, it } from 'vitest';
import { decodeEvent, encodeEvent } from './codec.js';
import type { StoredEvent } from './stored-event.js';

const event: StoredEvent = {
  v: 1,
  id: '0192f3a4-5b6c-7d8e-9f01-23456789abcd',
  site: 'shop',
  type: 'page_view',
  occurredAt: Date.UTC(2026, 0, 31, 12),
  receivedAt: Date.UTC(2026, 0, 31, 12, 1),
  visitorId: 'v1',
  userId: 'u1',
  url: '/a?b=1',
  path: '/a',
  referrer: 'https://example.com',
  title: 'line\nbreak "quoted" 🙂',
  userAgent: 'Mozilla/5.0',
  clientHints: { 'sec-ch-ua': 'x' },
  language: 'de',
  screen: '1x1',
  properties: { n: 1, deep: { list: [1, 'two', null] } },
  source: { dialect: 'rest', sdk: 'js/1' },
  requestId: 'r1',
};
const line = (change: object) => JSON.stringify({ ...event, ...change });

describe('the codec', () => {
  it('gives back what it wrote, on one line', () => {
    const encoded = encodeEvent(event);
    expect(encoded).not.toContain('\n');
    expect(decodeEvent(encoded)).toEqual({ ok: true, event });
  });

  it('reads the smallest envelope there is', () => {
    const { v, id, site, type, occurredAt, receivedAt, visitorId } = event;
    const least = { v, id, site, type, occurredAt, receivedAt, visitorId, source: { dialect: 'x' } };
    expect(decodeEvent(JSON.stringify(least))).toEqual({ ok: true, event: least });
  });

  it('gives IDs in lower case', () => {
    expect(decodeEvent(line({ id: event.id.toUpperCase() }))).toEqual({ ok: true, event });
  });

  it('mends lone surrogates that a foreign publisher escaped', () => {
    const decoded = decodeEvent(line({ title: 'a\ud800' }));
    expect(decoded.ok && decoded.event.title).toBe('a\ufffd');
  });

  it.each(['', '{', 'null x', '\0', '{"v":1,}'])('calls %j malformed JSON', (text) => {
    expect(decodeEvent(text)).toMatchObject({ ok: false, reason: 'malformed_json' });
  });

  it.each([2, 0, -1])('does not guess at version %d', (v) => {
    expect(decodeEvent(line({ v }))).toMatchObject({ ok: false, reason: 'unknown_version' });
  });

  it.each<[object | null, string]>([
    [{ v: undefined }, 'v must be an integer'],
    [{ v: '1' }, 'v must be an integer'],
    [{ id: 'abc' }, 'id must be a UUID'],
    [{ id: 7 }, 'id must be a UUID'],
    [{ site: 'a.b' }, 'site must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -'],
    [{ type: '' }, 'type must be 1 to 400 bytes of text'],
    [{ type: 'x'.repeat(401) }, 'type must be 1 to 400 bytes of text'],
    [{ occurredAt: '2026' }, 'occurredAt must be milliseconds from 1995 to 9999'],
    [{ occurredAt: 1.5 }, 'occurredAt must be milliseconds from 1995 to 9999'],
    [{ occurredAt: 0 }, 'occurredAt must be milliseconds from 1995 to 9999'],
    [{ occurredAt: 1e15 }, 'occurredAt must be milliseconds from 1995 to 9999'],
    [{ receivedAt: null }, 'receivedAt must be milliseconds from 1995 to 9999'],
    [{ occurredAt: event.receivedAt + 86_400_001 }, 'occurredAt must be at most 24 hours after receivedAt'],
    [{ visitorId: '' }, 'visitorId must be 1 to 800 bytes of text'],
    [{ path: '/' + 'x'.repeat(2000) }, 'path must be text of at most 2000 bytes'],
    [{ path: 5 }, 'path must be text of at most 2000 bytes'],
    [{ userAgent: 'x'.repeat(513) }, 'userAgent must be text of at most 512 bytes'],
    [{ userId: {} }, 'userId must be text of at most 800 bytes'],
    [{ source: 'rest' }, 'source must be an object with a dialect'],
    [{ properties: [] }, 'properties must be an object'],
    [{ clientHints: { a: 1 } }, 'clientHints must hold text'],
    [{ title: 'a\0' }, 'text must not contain NUL'],
    [{ properties: { a: ['\0'] } }, 'text must not contain NUL'],
    [{ properties: { '\0': 1 } }, 'a key must not be __proto__ or contain NUL'],
    [{ properties: JSON.parse('{"__proto__":{}}') as object }, 'a key must not be __proto__ or contain NUL'],
    [
      { properties: JSON.parse('{"a":'.repeat(50) + '1' + '}'.repeat(50)) as object },
      'must not be nested deeper than 32 levels',
    ],
  ])('finds the fault of %o', (change, detail) => {
    expect(decodeEvent(line(change ?? {}))).toEqual({ ok: false, reason: 'invalid_envelope', detail });
  });

  it('survives nesting that would overflow the stack', () => {
    const deep = `{"v":1,"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}`;
    expect(decodeEvent(deep)).toMatchObject({ ok: false });
    const inside = encodeEvent(event).replace('"n":1', `"n":${'['.repeat(60_000)}${']'.repeat(60_000)}`);
    expect(decodeEvent(inside)).toMatchObject({ ok: false, reason: 'invalid_envelope' });
  });

  it.each(['[]', '3', 'null', '"x"'])('refuses %s, which is no object', (text) => {
    expect(decodeEvent(text)).toEqual({ ok: false, reason: 'invalid_envelope', detail: 'not a JSON object' });
  });
});
