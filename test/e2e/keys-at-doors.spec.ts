import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { newKey } from '#access/key.js';
import { LOCAL } from '#access/actor.js';
import { DOORS } from '#ingest/doors.js';
import { KeySettings } from '#workspace/commands/key-settings.js';

import { ask } from './support/ask.js';
import { GOOD, startIngest, type IngestApp } from './support/ingest-app.js';
import type { Sent } from './support/bad-inputs/case.js';
import { append, makeKey, makeSite, type MadeKey } from './support/keyed.js';
import {
  addressOf,
  inHeader,
  KEYED_DOORS,
  type KeyedDoor,
  NO_EVENTS,
  sendTo,
} from './support/keyed-doors.js';

// Closed: whoever sends needs a key. The doors answer over a real log, and nothing here asks the database.
let product: IngestApp;
const keys = {} as Record<
  'open' | 'other' | 'secret' | 'all' | 'reading' | 'revoked' | 'expired' | 'bound' | 'archived' | 'deleted',
  MadeKey
>;

beforeAll(async () => {
  product = await startIngest({ open: false });
  for (const site of ['shop', 'blog', 'bound', 'archived', 'deleted']) await makeSite(product, site, 'o1');
  await makeSite(product, 'foreign', 'o2');
  keys.open = await makeKey(product, 'shop');
  keys.other = await makeKey(product, 'foreign');
  keys.secret = await makeKey(product, 'shop', { kind: 'secret' });
  keys.all = await makeKey(product, undefined, { kind: 'secret', organizationId: 'o1' });
  keys.reading = await makeKey(product, 'shop', { kind: 'secret', scopes: ['read'] });
  keys.revoked = await makeKey(product, 'shop');
  await product.app.get(KeySettings, { strict: false }).revoke(LOCAL, keys.revoked.id);
  keys.expired = await makeKey(product, 'shop');
  await product.app.get(KeySettings, { strict: false }).rotate(LOCAL, keys.expired.id, 0);
  keys.bound = await makeKey(product, 'bound', { origins: ['https://bound.example'] });
  keys.archived = await makeKey(product, 'archived');
  keys.deleted = await makeKey(product, 'deleted');
  const at = Date.now();
  await append(product, { type: 'SiteArchived', siteId: 'archived', at, actor: 'test' });
  await append(product, {
    type: 'SiteDeletionScheduled',
    siteId: 'deleted',
    deletesAt: at,
    at,
    actor: 'test',
  });
});
afterAll(() => product?.stop());

const send = (sent: Sent) => sendTo(product, sent);

async function counted(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { labels, value } of (await product.metrics.rejected.get()).values)
    counts.set(String(labels.reason), (counts.get(String(labels.reason)) ?? 0) + value);
  return counts;
}

/** Nothing is stored, the code is counted, and the key is not said again. */
async function expectRefused(sent: Sent, status: number, code: string, key?: string): Promise<void> {
  const [before, stored] = [await counted(), (await product.stored()).length];
  const answer = await send(sent);
  expect(answer.status, answer.text).toBe(status);
  const after = await counted();
  expect([...after.keys()].filter((each) => after.get(each) !== before.get(each))).toEqual([code]);
  expect((await product.stored()).length).toBe(stored);
  if (key !== undefined) expect(answer.text).not.toContain(key);
}

const sites = async () => (await product.stored()).map(({ site }) => site);

async function expectStored(sent: Sent, site: string, ok: number): Promise<void> {
  const before = await sites();
  const answer = await send(sent);
  expect(answer.status, answer.text).toBe(ok);
  // All of them live in one partition, so what is new is at the end.
  expect((await sites()).slice(before.length)).toEqual([site]);
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
/** In the format's own place where it has one. */
const own = ({ sent, headersOnly }: KeyedDoor, key: string): Sent =>
  headersOnly ? inHeader(sent(undefined), bearer(key)) : sent(key);
const typo = (key: string): string => key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a');

it('S02: every address of the doors is asked here with and without a key', () => {
  const addresses = DOORS.flatMap(({ url, methods = [] }) => methods.map((method) => `${method} ${url}`));
  expect(new Set([...KEYED_DOORS.map(addressOf), ...NO_EVENTS])).toEqual(new Set(addresses));
});

describe.each(NO_EVENTS)('S02: %s', (address) => {
  it('takes no event, with a key or without', async () => {
    const [method = '', url = ''] = address.split(' ');
    const before = (await product.stored()).length;
    for (const headers of [bearer(keys.open.text), {}]) {
      const path = url.replace(/:\w+/, keys.open.text);
      const { status } = await fetch(`${product.url}${path}`, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        ...(method === 'POST' && { body: JSON.stringify({ api_key: keys.open.text, event: 'e' }) }),
      });
      expect(status).toBe(200);
    }
    expect((await product.stored()).length).toBe(before);
  });
});

describe.each(KEYED_DOORS.filter(({ twin }) => twin))('S02: $name', (door) => {
  it('stores with a key, for the site of the key, and nothing without or with one that was revoked', async () => {
    await expectStored(own(door, keys.open.text), 'shop', door.ok);
    await expectRefused(door.sent(undefined), 401, 'missing_key');
    await expectRefused(own(door, keys.revoked.text), 401, 'revoked_key', keys.revoked.text);
  });
});

const EACH = KEYED_DOORS.filter(({ twin }) => !twin);

describe.each(EACH)('S02: $name', (door) => {
  it('stores with a public key, for the site of the key', async () => {
    await expectStored(own(door, keys.open.text), 'shop', door.ok);
    await expectStored(inHeader(door.sent(undefined), basic(keys.open.text)), 'shop', door.ok);
    await expectStored(inHeader(door.sent(undefined), { 'x-write-key': keys.open.text }), 'shop', door.ok);
  });

  it('stores with a secret key in a header', async () => {
    await expectStored(inHeader(door.sent(undefined), bearer(keys.secret.text)), 'shop', door.ok);
  });

  it('input 22: none', () => expectRefused(door.sent(undefined), 401, 'missing_key'));

  it('input 23: a typo, a wrong prefix, a wrong length', async () => {
    for (const key of [typo(keys.open.text), keys.open.text.slice(0, -2), `${keys.open.text}0`])
      await expectRefused(own(door, key), 401, 'invalid_key', key);
    await expectRefused(inHeader(door.sent(undefined), bearer('rk_nothing')), 401, 'invalid_key');
  });

  it('input 24: well formed, and nobody knows it', async () => {
    const key = newKey('public');
    await expectRefused(own(door, key), 401, 'invalid_key', key);
  });

  it('input 25: revoked; and expired', async () => {
    await expectRefused(own(door, keys.revoked.text), 401, 'revoked_key', keys.revoked.text);
    await expectRefused(own(door, keys.expired.text), 401, 'expired_key', keys.expired.text);
  });

  it('input 26: a secret key of a browser, and in an address', async () => {
    const { text } = keys.secret;
    const origin = { origin: 'https://shop.example' };
    await expectRefused(
      inHeader(door.sent(undefined), { ...bearer(text), ...origin }),
      403,
      'wrong_key_type',
      text,
    );
    const sent = door.sent(undefined);
    const { door: url = '/api/event' } = sent;
    const inUrl = { ...sent, door: `${url}${url.includes('?') ? '&' : '?'}key=${text}` };
    await expectRefused(inUrl, 403, 'wrong_key_type', text);
    if (door.inUrl) await expectRefused(door.sent(text), 403, 'wrong_key_type', text);
  });

  it('input 27: a key that may not write', () =>
    expectRefused(inHeader(door.sent(undefined), bearer(keys.reading.text)), 403, 'insufficient_scope'));

  it('input 29: two different keys', () =>
    expectRefused(
      inHeader(
        door.headersOnly
          ? { ...door.sent(undefined), door: `${door.sent(undefined).door}?key=${keys.other.text}` }
          : door.sent(keys.other.text),
        bearer(keys.open.text),
      ),
      401,
      'ambiguous_key',
    ));

  it('a page of another origin', async () => {
    const sent = own(door, keys.bound.text);
    await expectRefused(sent, 403, 'origin_not_allowed');
    await expectRefused(inHeader(sent, { origin: 'https://shop.example' }), 403, 'origin_not_allowed');
    await expectStored(inHeader(sent, { origin: 'https://bound.example' }), 'bound', door.ok);
    await expectStored(inHeader(sent, { referer: 'https://bound.example/x' }), 'bound', door.ok);
  });

  it('a site that was archived, and one that was deleted', async () => {
    await expectRefused(own(door, keys.archived.text), 403, 'site_archived');
    await expectRefused(own(door, keys.deleted.text), 404, 'unknown_site');
  });
});

describe.each(EACH.filter(({ headersOnly, inUrl }) => !headersOnly && !inUrl))('S02: $name', (door) => {
  it.each([[['shop']], [{ shop: 1 }], [7], ['k'.repeat(10_240)]])('input 28: %j', async (key) => {
    const { status } = await send(door.sent(key));
    expect(status).toBe(401);
  });

  it('input 35: the key decides, whatever site the body names', () =>
    expectStored(inHeader(door.sent('foreign'), bearer(keys.secret.text)), 'shop', door.ok));

  it('a key of an organization reaches the site that the body names, and none of another organization', async () => {
    const all = bearer(keys.all.text);
    await expectStored(inHeader(door.sent('blog'), all), 'blog', door.ok);
    const before = (await product.stored()).length;
    for (const name of ['foreign', 'nobody', 'deleted', undefined]) {
      const answer = await send(inHeader(door.sent(name), all));
      expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    }
    expect((await product.stored()).length).toBe(before);
  });
});

it('input 35: projectId, orgId and organizationId in the body are not looked at', async () => {
  const body = { ...GOOD, siteId: 'foreign', projectId: 'foreign', orgId: 'o2', organizationId: 'o2' };
  await expectStored({ body, headers: bearer(keys.open.text) }, 'shop', 202);
});

it('input 24: an event creates no site', async () => {
  await expectRefused({ body: { ...GOOD, siteId: 'never-seen' } }, 401, 'missing_key');
  expect(product.workspace.site('never-seen')).toBeUndefined();
});

it('whoever has the site of a known key is shown what was refused of it, and nobody else is', async () => {
  const reader = await makeKey(product, undefined, {
    kind: 'secret',
    scopes: ['read'],
    organizationId: 'o1',
  });
  const foreign = await makeKey(product, 'foreign', { kind: 'secret', scopes: ['read'] });
  const sendWith = (key: MadeKey, headers = {}) =>
    send({ body: GOOD, headers: { ...bearer(key.text), ...headers } });
  const since = Date.now();
  await sendWith(keys.bound, { origin: 'https://elsewhere.example' });
  await sendWith(keys.archived);
  await sendWith(keys.expired);
  await sendWith(keys.revoked);
  await sendWith(keys.reading);
  await sendWith(keys.secret, { origin: 'https://elsewhere.example' });
  const shown = async ({ text }: MadeKey) => {
    const answer = await fetch(`${product.url}/api/refused`, { headers: bearer(text) });
    const { refused } = (await answer.json()) as { refused: { at: string; site: string; reason: string }[] };
    return refused
      .flatMap(({ at, site, reason }) => (Date.parse(at) < since ? [] : [`${site}: ${reason}`]))
      .sort();
  };
  expect(await shown(reader)).toEqual([
    'archived: site_archived',
    'bound: origin_not_allowed',
    'shop: expired_key',
    'shop: insufficient_scope',
    'shop: revoked_key',
    'shop: wrong_key_type',
  ]);
  expect(await shown(foreign)).toEqual([]);
});

it('keys that were not read yet are no reason to lose an event: 503', async () => {
  product.workspace.isKnown = false;
  try {
    for (const door of KEYED_DOORS) {
      const answer = await send(own(door, keys.open.text));
      expect([door.name, answer.status]).toEqual([door.name, 503]);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const reading = { authorization: `Bearer ${keys.reading.text}` };
    const stats = await fetch(`${product.url}/api/stats?siteId=shop&date=2026-01-31`, { headers: reading });
    expect([stats.status, Number(stats.headers.get('retry-after')) > 0]).toEqual([503, true]);
    const asked = await ask(product, '{ sites { id } }', {}, reading);
    expect([asked.status, asked.errors?.[0]?.extensions['code']]).toEqual([503, 'UNAVAILABLE']);
  } finally {
    product.workspace.isKnown = true;
  }
});
