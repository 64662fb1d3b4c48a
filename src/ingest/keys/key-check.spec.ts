import { beforeEach, describe, expect, it, vi } from 'vitest';

import { hashOfKey, newKey, shownOfKey } from '#access/key.js';
import type { KeyCreated } from '#events/key-event.js';
import type { WorkspaceEvent } from '#events/workspace-event.js';
import { createLogger, silentLogger } from '#telemetry/logger.js';
import { Workspace } from '#workspace/state/workspace.js';

import { KeyCheck } from './key-check.js';
import { KeyUseCounts } from './key-use-counts.js';
import { type KeyUse, KeyUseStore } from './key-use-store.js';

class Kept extends KeyUseStore {
  readonly uses: KeyUse[] = [];
  away = false;

  override add(uses: readonly KeyUse[]): Promise<void> {
    if (this.away) return Promise.reject(new Error('away'));
    this.uses.push(...uses);
    return Promise.resolve();
  }
}

let workspace: Workspace;
let check: KeyCheck;
let counts: KeyUseCounts;
let kept: Kept;
let sequence: number;

const apply = (event: WorkspaceEvent): void => workspace.apply(event, ++sequence);
const site = (siteId: string, organizationId: string): void =>
  apply({ type: 'SiteCreated', siteId, organizationId, partition: 0, at: 1, actor: 'x' });

function made(change: Partial<KeyCreated> = {}): string {
  const { kind = 'secret' } = change;
  const text = newKey(kind);
  const shown = shownOfKey(text);
  const of = { keyId: `k${sequence}`, siteId: 'shop', organizationId: 'o1', at: 1, actor: 'x' };
  const bounds = { kind, name: 'a', scopes: ['write'], origins: [] };
  apply({ type: 'KeyCreated', ...of, ...bounds, hash: hashOfKey(text), ...shown, ...change });
  return text;
}

const forAll = (): string => {
  const text = newKey('secret');
  const of = {
    keyId: `k${sequence}`,
    organizationId: 'o1',
    at: 1,
    actor: 'x',
    name: 'a',
    kind: 'secret',
  } as const;
  apply({
    type: 'KeyCreated',
    ...of,
    scopes: ['write'],
    origins: [],
    hash: hashOfKey(text),
    ...shownOfKey(text),
  });
  return text;
};

/** The site that a plain call is stored for; undefined: it goes the general way. */
function plain(key: string, event: { siteId?: unknown } = {}, headers = {}): unknown {
  const sent = { ...event };
  return check.admitsPlain({ authorization: `Bearer ${key}`, ...headers }, sent) ? sent.siteId : undefined;
}

beforeEach(() => {
  workspace = new Workspace();
  workspace.isKnown = true;
  sequence = 0;
  kept = new Kept();
  counts = new KeyUseCounts(kept, silentLogger);
  check = new KeyCheck({ open: false }, workspace, counts, silentLogger);
  site('shop', 'o1');
  site('blog', 'o1');
  site('foreign', 'o2');
});

describe('a plain call', () => {
  it('is stored for the site of its key, whatever it names', () => {
    const key = made();
    expect([plain(key), plain(key, { siteId: 'foreign' }), plain(key)]).toEqual(['shop', 'shop', 'shop']);
  });

  it('names the site where the key reaches several', () => {
    const key = forAll();
    expect(
      ['shop', 'blog', 'foreign', 'nobody', 7, undefined].map((siteId) => plain(key, { siteId })),
    ).toEqual(['shop', 'blog', ...Array.from({ length: 4 }, () => undefined)]);
  });

  it.each([
    ['a typo', () => plain(`${made()}0`)],
    ['a key that nobody knows', () => plain(newKey('secret'))],
    ['a key that may not write', () => plain(made({ scopes: ['read'] }))],
    ['an expired one', () => plain(made({ expiresAt: 2 }))],
    ['a second key in the body', () => plain(made(), { siteId: newKey('public') })],
    ['a second key in a header', () => plain(made(), {}, { 'x-write-key': 'pk_' })],
    ['a secret key of a browser', () => plain(made(), {}, { 'sec-fetch-site': 'cross-site' })],
    ['a key that is bound to origins', () => plain(made({ kind: 'public', origins: ['https://a.example'] }))],
    ['no key', () => (check.admitsPlain({}, { siteId: 'shop' }) ? 'shop' : undefined)],
  ])('goes the general way with %s', (_, siteId) => {
    expect(siteId()).toBeUndefined();
  });

  it('is refused from the event on that ends its key, or closes its site', () => {
    const key = made();
    const id = workspace.keys.all()[0]?.id ?? '';
    const of = { siteId: 'shop', actor: 'x' };
    expect(plain(key)).toBe('shop');
    apply({ type: 'SiteArchived', ...of, at: 2 });
    expect(plain(key)).toBeUndefined();
    apply({ type: 'SiteRestored', ...of, at: 3 });
    expect(plain(key)).toBe('shop');
    apply({ type: 'SiteOriginsChanged', ...of, origins: ['https://a.example'], at: 3 });
    expect(plain(key)).toBe('shop');
    apply({ type: 'SiteDeletionScheduled', ...of, deletesAt: 4, at: 4 });
    expect(plain(key)).toBeUndefined();
    apply({ type: 'SiteDeletionCancelled', ...of, at: 5 });
    expect(plain(key)).toBe('shop');
    apply({ type: 'KeyRevoked', keyId: id, at: 6, actor: 'x' });
    expect(plain(key)).toBeUndefined();
  });

  it('is remembered by the header of usual length alone', () => {
    const key = made();
    const lookUps = vi.spyOn(workspace.keys, 'ofHash');
    for (const blanks of [' ', '     ']) {
      lookUps.mockClear();
      for (let i = 0; i < 3; i++) check.admitsPlain({ authorization: `Bearer${blanks}${key}` }, {});
      expect(lookUps).toHaveBeenCalledTimes(blanks === ' ' ? 1 : 3);
    }
  });

  it('waits for nobody to know the keys', () => {
    const key = made();
    workspace.isKnown = false;
    expect(plain(key)).toBeUndefined();
  });
});

it('nobody needs a key in open mode', () => {
  const open = new KeyCheck({ open: true }, workspace, counts, silentLogger);
  const event = { siteId: 'anything' };
  expect(open.admitsPlain({}, event)).toBe(true);
  expect(open.admit({ headers: {}, query: {} })).toBeUndefined();
  expect(event).toEqual({ siteId: 'anything' });
});

it('uses are counted, written together, and kept while they cannot be', async () => {
  const key = made();
  const id = workspace.keys.all()[0]?.id;
  plain(key);
  kept.away = true;
  await counts.tell();
  plain(key);
  kept.away = false;
  await counts.tell();
  expect(kept.uses).toEqual([{ keyId: id, count: 2, lastAt: expect.any(Number) as number }]);
  await counts.tell();
  expect(kept.uses).toHaveLength(1);
});

it('input 26: a secret key in a browser is told to the operator once, by its ID, and never as it is', () => {
  const key = made();
  const lines: string[] = [];
  const logger = createLogger(
    { level: 'info', format: 'json' },
    { write: (line: string) => void lines.push(line) },
  );
  const told = new KeyCheck({ open: false }, workspace, counts, logger);
  const request = { headers: { authorization: `Bearer ${key}`, origin: 'https://a.example' }, query: {} };
  for (let i = 0; i < 3; i++) expect(() => told.admit(request)).toThrow(/must never be in a browser/);
  expect(() => told.admit({ headers: {}, query: { key } })).toThrow(/or in an address/);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 40,
    keyId: workspace.keys.all()[0]?.id,
    site: 'shop',
  });
  expect(lines[0]).not.toContain(key.slice(0, 12));
});
