import { v5, validate, version } from 'uuid';
import { describe, expect, it } from 'vitest';
import { eventIdFrom, isUuid, newEventId, uuid5 } from './event-id.js';
import { visitorOf } from './visitor.js';

describe('event IDs', () => {
  it('are UUIDv7 that begin with their time', () => {
    const id = newEventId(0x0192_f3a4_5b6c);
    expect(id.startsWith('0192f3a4-5b6c-7')).toBe(true);
    expect(version(id)).toBe(7);
    expect(version(newEventId())).toBe(7);
    expect(new Set(Array.from({ length: 1000 }, () => newEventId(1))).size).toBe(1000);
  });

  it('are the same for the same text of the same site, and pinned for ever', () => {
    expect(eventIdFrom('shop', 'line 1')).toBe('436b042c-7beb-56ac-a007-f8cb5d85d63b');
    expect(eventIdFrom('blog', 'line 1')).not.toBe(eventIdFrom('shop', 'line 1'));
    expect(version(eventIdFrom('shop', 'é'))).toBe(5);
  });

  it('are version 5 as the uuid package makes it', () => {
    const namespace = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    const bytes = Buffer.from(namespace.replaceAll('-', ''), 'hex');
    for (const name of ['', 'a', 'www.example.com', 'ünï🙂', 'x'.repeat(500)]) {
      expect(uuid5(bytes, name)).toBe(v5(name, namespace));
    }
  });

  it('are recognised in either case and any version, but not the nil one', () => {
    expect(isUuid('0192F3A4-5b6c-7d8e-9f01-23456789abcd')).toBe(true);
    for (const bad of ['', 'x', '00000000-0000-0000-0000-000000000000', '0192f3a45b6c7d8e9f0123456789abcd']) {
      expect(isUuid(bad)).toBe(false);
    }
  });
});

describe('the visitor that is counted', () => {
  it('is the user where one is signed in, else the visitor, and the two never meet', () => {
    const user = visitorOf({ userId: '42', visitorId: 'v' });
    expect(user).toBe('3f9c83e8-a006-585b-9deb-9213b8c02aa1');
    expect(visitorOf({ userId: '42', visitorId: 'other' })).toBe(user);
    expect(visitorOf({ visitorId: '42' })).toBe('cd3ec974-324a-59a6-a288-580dd7ec58a2');
    expect(validate(user)).toBe(true);
  });

  it('keeps a visitor ID that is a UUID', () => {
    expect(visitorOf({ visitorId: '0192F3A4-5B6C-7D8E-9F01-23456789ABCD' })).toBe(
      '0192f3a4-5b6c-7d8e-9f01-23456789abcd',
    );
  });
});
