import { describe, expect, it } from 'vitest';

import { shortMessages, sketchOf } from './refused-sketch.js';

describe('the sketch of a refused event', () => {
  it('names what its sender knows it by', () => {
    const eventId = '0192F3A4-5B6C-7D8E-9F01-23456789ABCD';
    expect(sketchOf({ eventType: 'signup', eventId, path: '/pricing' })).toEqual({
      eventType: 'signup',
      eventId: eventId.toLowerCase(),
      path: '/pricing',
    });
  });

  it.each([
    ['/a?token=s3cret#s3cret', '/a'],
    ['https://user:s3cret@example.com/b?code=s3cret', '/b'],
    ['user:s3cret@example.com', undefined],
    ['https://example.com', '/'],
    ['https://example.com?token=s3cret', '/'],
    ['nowhere', 'nowhere'],
    ['/users/ann@example.com', '/users/ann@example.com'],
    ['//bob:s3cret@h.example/x', '/x'],
    [' \t//bob:s3cret@h.example/x', '/x'],
    ['/\t/bob:s3cret@h.example/x', '/x'],
    ['/\\bob:s3cret@h.example/x', '/x'],
    ['\\\\bob:s3cret@h.example\\x', undefined],
    ['git+ssh://bob:s3cret@h.example/x', '/x'],
    ['android-app://com.h.example/x', '/x'],
    ['http:/bob:s3cret@h.example/x', '/x'],
    ['http:bob:s3cret@h.example/x', '/x'],
    ['https://bob:s3/cret@h.example/x', undefined],
    ['ht\ttps://bob:s3cret@h.example/x', undefined],
    ['ht\ttps://h.example/x', undefined],
    ['x/bob:s3cret@h.example', undefined],
    ['h.example/x', '/x'],
    ['h.example', undefined],
    ['a\u0007b\u202ec', 'a b c'],
  ])('shows of the path %j no secret and nothing that is not seen', (path, shown) => {
    expect(sketchOf({ path }).path).toBe(shown);
  });

  it.each([
    '//bob:s3cret@h.example/x',
    'git+ssh://bob:s3cret@h.example/x',
    'http:/bob:s3cret@h.example/x',
    'x/bob:s3cret@h.example',
  ])('shows of the address %j no secret either', (url) => {
    expect(JSON.stringify(sketchOf({ url }))).not.toMatch(/bob|s3cret|h\.example/);
  });

  it.each(['/', '\\', ' ', 'a', 'a:', '@', '/ ', '\u0007/'])('takes linear time for many of %j', (each) => {
    const start = performance.now();
    sketchOf({ path: each.repeat(500_000), url: `x${each.repeat(500_000)}\n` });
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('takes the path of the address where there is none', () => {
    expect(sketchOf({ url: 'https://example.com/c?x=1' })).toEqual({ path: '/c' });
  });

  it.each([null, undefined, 7, 'text', [], { eventType: 7, eventId: 'x', path: {} }])(
    'is empty for %j',
    (item) => {
      expect(sketchOf(item)).toEqual({});
    },
  );

  it('is bounded', () => {
    expect(sketchOf({ eventType: 'é'.repeat(400), path: `/${'x'.repeat(9_000)}` })).toEqual({
      eventType: 'é'.repeat(50),
      path: `/${'x'.repeat(299)}`,
    });
    expect(shortMessages(Array.from({ length: 40 }, () => 'm'.repeat(900)))).toEqual(
      Array.from({ length: 10 }, () => 'm'.repeat(300)),
    );
  });
});
