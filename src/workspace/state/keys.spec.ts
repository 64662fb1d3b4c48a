import { describe, expect, it } from 'vitest';

import type { KeyCreated } from '#events/key-event.js';
import { decodeWorkspaceEvent, type SiteCreated } from '#events/workspace-event.js';

import { stateOf } from './keys.js';
import { changeOf } from './setting-change.js';
import { Workspace } from './workspace.js';

const early: KeyCreated = {
  type: 'KeyCreated',
  keyId: 'k1',
  siteId: 'shop',
  kind: 'secret',
  name: 'Server',
  hash: 'a'.repeat(64),
  prefix: 'sk_AbCd',
  lastFour: 'wxyz',
  scopes: ['write', 'read'],
  origins: [],
  expiresAt: 5_000,
  at: 1_000,
  actor: 'user:u1',
};
const created = { ...early, organizationId: 'o1' };
const of = { keyId: 'k1', siteId: 'shop', organizationId: 'o1', actor: 'user:u2' };
const nobodys: SiteCreated = { type: 'SiteCreated', siteId: 'shop', partition: 0, at: 1, actor: 'x' };
const shop = { ...nobodys, organizationId: 'o1' };

function given(...events: Parameters<Workspace['apply']>[0][]): Workspace {
  const workspace = new Workspace();
  events.forEach((event, i) => workspace.apply(event, i + 1));
  return workspace;
}

describe('the events of keys', () => {
  it('are read as they were written', () => {
    for (const event of [
      created,
      { type: 'KeyExpirySet', ...of, expiresAt: 7, at: 2 },
      { type: 'KeyRevoked', ...of, at: 3 },
    ])
      expect(decodeWorkspaceEvent(JSON.stringify(event))).toEqual(event);
  });

  it.each([
    { ...created, hash: 'pk_raw' },
    { ...created, kind: 'of_later' },
    { ...created, scopes: 'write' },
    { ...created, origins: [7] },
    { ...created, expiresAt: 'soon' },
    { type: 'KeyExpirySet', ...of, at: 2 },
    { type: 'KeyOfLater', ...of, at: 2 },
  ])('are passed over where a bound is not understood: %j', (event) => {
    expect(decodeWorkspaceEvent(JSON.stringify(event))).toBeUndefined();
  });
});

describe('a key', () => {
  it('is found by its hash, and ends when it is revoked', () => {
    const workspace = given(shop, created);
    const key = workspace.keys.ofHash('a'.repeat(64));
    expect(key).toMatchObject({ id: 'k1', scopes: ['write', 'read'], createdBy: 'user:u1', revision: 2 });
    const { version } = workspace.keys;
    workspace.apply({ type: 'KeyRevoked', ...of, at: 3_000 }, 3);
    expect(workspace.keys.version).toBeGreaterThan(version);
    const revoked = workspace.keys.ofHash('a'.repeat(64));
    expect(revoked && stateOf(revoked, 3_000)).toBe('revoked');
  });

  it('expires, and earlier where that was set', () => {
    const workspace = given(shop, created);
    const state = (at: number) => {
      const key = workspace.keys.key('k1');
      return key && stateOf(key, at);
    };
    expect([state(4_999), state(5_000)]).toEqual(['active', 'expired']);
    workspace.apply({ type: 'KeyExpirySet', ...of, expiresAt: 2_000, at: 1_500 }, 3);
    expect([state(1_999), state(2_000)]).toEqual(['active', 'expired']);
  });

  it('has no scope that this version does not know', () => {
    const workspace = given({ ...created, scopes: ['write', 'of_later'] });
    expect(workspace.keys.key('k1')?.scopes).toEqual(['write']);
  });

  const moved = (organizationId: string) =>
    ({ type: 'SiteTransferred', siteId: 'shop', organizationId, at: 2, actor: 'x' }) as const;
  const web: KeyCreated = { ...created, keyId: 'k2', kind: 'public', hash: 'b'.repeat(64) };

  it.each<[string, Parameters<typeof given>, string]>([
    ['made before anybody had its site, which is taken up', [nobodys, early, moved('a')], 'active'],
    ['made then, and the site goes on to others', [nobodys, early, moved('a'), moved('b')], 'revoked'],
    ['of a site that goes to others', [shop, created, moved('b')], 'revoked'],
    ['of a site that comes back', [shop, created, moved('b'), moved('o1')], 'revoked'],
    ['stored behind its site having gone to others', [shop, moved('b'), created], 'revoked'],
    ['of whoever has the site now', [shop, moved('b'), { ...created, organizationId: 'b' }], 'active'],
  ])('that is secret and %s: is %s', (_, events, state) => {
    const workspace = given(...events, web);
    const key = workspace.keys.key('k1');
    expect(key && stateOf(key, 10)).toBe(state);
  });

  it('goes with its site where it is public, and a secret one that ends is a change of the keys', () => {
    const workspace = given(shop, created, web);
    const { version } = workspace.keys;
    workspace.apply(moved('b'), 4);
    expect(workspace.keys.version).toBeGreaterThan(version);
    const [secret, open] = workspace.keys.all();
    expect([secret?.revokedAt, secret?.revision]).toEqual([2, 2]);
    expect(open && stateOf(open, 10)).toBe('active');
  });
});

it('the audit trail says whose key was made, how long it lasts, and that it was revoked, never the key', () => {
  const workspace = given(shop, created);
  const before = { site: workspace.site('shop'), partitions: 4 };
  const made = changeOf(created, before);
  expect(made).toEqual({
    at: 1_000,
    actor: 'user:u1',
    action: 'KeyCreated',
    siteId: 'shop',
    organizationId: 'o1',
    settings: [
      {
        setting: 'key sk_AbCd…',
        before: null,
        after: 'Server (secret; scopes write read; until 1970-01-01T00:00:05.000Z)',
      },
    ],
  });
  expect(JSON.stringify(made)).not.toContain('a'.repeat(64));
  const key = workspace.keys.key('k1');
  expect(changeOf({ type: 'KeyRevoked', ...of, at: 2 }, { ...before, key })?.settings).toEqual([
    { setting: 'key sk_AbCd…', before: 'Server', after: null },
  ]);
  const ofAll = { keyId: 'k1', organizationId: 'o1', actor: 'user:u2' };
  const revoked = changeOf({ type: 'KeyRevoked', ...ofAll, at: 2 }, { site: undefined, partitions: 4, key });
  expect(revoked).toMatchObject({ siteId: null, organizationId: 'o1', actor: 'user:u2' });
});
