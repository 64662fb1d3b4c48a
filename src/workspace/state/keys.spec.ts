import { describe, expect, it } from 'vitest';

import type { KeyCreated } from '#events/key-event.js';
import { decodeWorkspaceEvent, type SiteCreated } from '#events/workspace-event.js';

import { stateOf } from './keys.js';
import { changeOf } from './setting-change.js';
import { Workspace } from './workspace.js';

const created: KeyCreated = {
  type: 'KeyCreated',
  keyId: 'k1',
  siteId: 'shop',
  organizationId: 'o1',
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
const of = { keyId: 'k1', siteId: 'shop', organizationId: 'o1', actor: 'user:u2' };
const shop: SiteCreated = {
  type: 'SiteCreated',
  siteId: 'shop',
  partition: 0,
  organizationId: 'o1',
  at: 1,
  actor: 'x',
};

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
    expect(revoked && stateOf(revoked, workspace.site('shop'), 3_000)).toBe('revoked');
  });

  it('expires, and earlier where that was set', () => {
    const workspace = given(shop, created);
    const state = (at: number) => {
      const key = workspace.keys.key('k1');
      return key && stateOf(key, workspace.site('shop'), at);
    };
    expect([state(4_999), state(5_000)]).toEqual(['active', 'expired']);
    workspace.apply({ type: 'KeyExpirySet', ...of, expiresAt: 2_000, at: 1_500 }, 3);
    expect([state(1_999), state(2_000)]).toEqual(['active', 'expired']);
  });

  it('has no scope that this version does not know', () => {
    const workspace = given({ ...created, scopes: ['write', 'of_later'] });
    expect(workspace.keys.key('k1')?.scopes).toEqual(['write']);
  });

  it('is worth nothing once its site is of another organization, where it is secret', () => {
    const moved = {
      type: 'SiteTransferred',
      siteId: 'shop',
      organizationId: 'o2',
      at: 2,
      actor: 'x',
    } as const;
    const site = given(shop, moved).site('shop');
    const secret = given(created).keys.key('k1');
    const open = given({ ...created, kind: 'public' }).keys.key('k1');
    expect(secret && stateOf(secret, site, 0)).toBe('revoked');
    expect(open && stateOf(open, site, 0)).toBe('active');
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
