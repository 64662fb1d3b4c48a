import { beforeEach, expect, it } from 'vitest';

import { may, reaches } from '#access/actor.js';
import { hashOfKey, newKey, shownOfKey } from '#access/key.js';
import type { KeyCreated } from '#events/key-event.js';

import { KeyActors } from './key-actors.js';
import { Workspace } from './workspace.js';

const NOW = 1_000;
let workspace: Workspace;
let actors: KeyActors;

beforeEach(() => {
  workspace = new Workspace();
  workspace.isKnown = true;
  actors = new KeyActors(workspace, () => NOW);
  const of = { partition: 0, at: 1, actor: 'x' };
  workspace.apply({ type: 'SiteCreated', siteId: 'shop', organizationId: 'o1', ...of }, 1);
  workspace.apply({ type: 'SiteCreated', siteId: 'blog', organizationId: 'o1', ...of }, 2);
  workspace.apply({ type: 'SiteCreated', siteId: 'foreign', organizationId: 'o2', ...of }, 3);
});

function made(change: Partial<KeyCreated> = {}): string {
  const { kind = 'secret' } = change;
  const text = newKey(kind);
  const of = { keyId: 'k', organizationId: 'o1', at: 1, actor: 'x', name: 'a', origins: [] };
  const event: KeyCreated = {
    type: 'KeyCreated',
    ...of,
    kind,
    scopes: ['read'],
    hash: hashOfKey(text),
    ...shownOfKey(text),
    ...change,
  };
  workspace.apply(event, workspace.sequence + 1);
  return text;
}

const ask = (key: string, headers = {}) => actors.of({ authorization: `Bearer ${key}`, ...headers });
const reached = (key: string) => {
  const actor = ask(key);
  if (typeof actor !== 'object') return actor;
  return workspace.sites().flatMap((site) => (reaches(actor, site) ? [site.id] : []));
};

it('a secret key reaches its site, or those of its organization, and may what its scopes say', () => {
  expect(reached(made({ siteId: 'shop' }))).toEqual(['shop']);
  expect(reached(made({ keyId: 'all' }))).toEqual(['shop', 'blog']);
  const actor = ask(made({ keyId: 'reads' }));
  if (typeof actor !== 'object') throw new Error('no actor');
  expect([may(actor, 'figures.read'), may(actor, 'settings.write'), may(actor, 'keys.manage')]).toEqual([
    true,
    false,
    false,
  ]);
});

it('input 27: a public key may read nothing', () => {
  const actor = ask(made({ kind: 'public', siteId: 'shop', scopes: ['write'] }));
  if (typeof actor !== 'object') throw new Error('no actor');
  expect([may(actor, 'figures.read'), may(actor, 'events.write')]).toEqual([false, true]);
});

it('what is worth nothing is nobody', () => {
  expect(ask(newKey('secret'))).toBeUndefined();
  expect(ask(`${made()}0`)).toBeUndefined();
  expect(ask(made({ keyId: 'old', expiresAt: NOW }))).toBeUndefined();
  expect(ask(made({ keyId: 'b' }), { origin: 'https://a.example' })).toBeUndefined();
  expect(ask(made({ keyId: 'c', siteId: 'nowhere' }))).toBeUndefined();
  const revoked = made({ keyId: 'd' });
  workspace.apply({ type: 'KeyRevoked', keyId: 'd', at: 2, actor: 'x' }, workspace.sequence + 1);
  expect(ask(revoked)).toBeUndefined();
  const gone = made({ keyId: 'e', siteId: 'shop' });
  const deletion = {
    type: 'SiteDeletionScheduled',
    siteId: 'shop',
    deletesAt: NOW,
    at: 2,
    actor: 'x',
  } as const;
  workspace.apply(deletion, workspace.sequence + 1);
  expect(ask(gone)).toBeUndefined();
});

it('what is no key is not looked at, and nobody guesses while the keys are not known', () => {
  expect([actors.of({}), ask('session-token'), actors.of({ authorization: 'Basic abc' })]).toEqual([
    'none',
    'none',
    'none',
  ]);
  const key = made();
  workspace.isKnown = false;
  expect(() => ask(key)).toThrow(/the keys cannot be read/);
});
