import { expect, test } from 'vitest';

import { type Actor, LOCAL } from '#access/actor.js';

import { ChangeLimit } from './change-limit.js';

const key = (keyId: string): Actor => ({
  kind: 'key',
  keyId,
  organizationId: 'o1',
  siteId: undefined,
  scopes: ['admin'],
});

test('whoever changes settings without end is told when to go on, and others are not held up', async () => {
  const limit = new ChangeLimit();
  for (let n = 0; n < 1_000; n++) expect(await limit.take(key('busy'))).toBeUndefined();
  const limited = await limit.take(key('busy'));
  expect(limited?.limited).toBe('there may be 1000 changes of settings in an hour');
  expect(limited?.retryAfter).toBeGreaterThan(3_500);
  expect(await limit.take(key('other'))).toBeUndefined();
  for (let n = 0; n < 1_001; n++) expect(await limit.take(LOCAL)).toBeUndefined();
});
