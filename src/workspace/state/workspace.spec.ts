import { describe, expect, it } from 'vitest';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import { partitionFor } from './partition-for.js';
import { Workspace } from './workspace.js';

describe('the partition of a new site', () => {
  it.each([
    ['shop', 2, 3, 6],
    ['a', 0, 5, 0],
    ['blog', 1, 3, 5],
    ['semicomplete', 2, 6, 6],
    ['A_b-9', 1, 0, 5],
  ])('of %s is pinned', (site, of4, of7, of8) => {
    expect([4, 7, 8].map((p) => partitionFor(site, p))).toEqual([of4, of7, of8]);
  });

  it('spreads sites evenly', () => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) {
      const partition = partitionFor(`site-${i}`, 4);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2500)).toBeLessThan(250);
  });
});

describe('the workspace', () => {
  const created = (siteId: string, partition: number) =>
    ({ type: 'SiteCreated', siteId, partition, at: 1000, actor: 'local-operator' }) as const;
  const set = (partitions: number) => ({ type: 'PartitionsSet', partitions, at: 1000 }) as const;

  const fresh = {
    origins: [],
    timeZone: 'UTC',
    rules: [],
    removedRules: new Map(),
    lastChangedRule: undefined,
    figuresRevision: 0,
    visitors: { identity: 'persistent', signals: 'honoured' },
    eventTypes: new Map(),
  };

  it('knows the sites that were created, in that order, and where they live', () => {
    const workspace = new Workspace();
    workspace.apply(created('shop', 2), 1);
    workspace.apply(created('blog', 0), 2);
    expect(workspace.partitionOf('shop')).toBe(2);
    expect(workspace.partitionOf('nobody')).toBeUndefined();
    expect(workspace.sites()).toEqual([
      { id: 'shop', partition: 2, createdAt: 1000, name: 'shop', ...fresh, revision: 1 },
      { id: 'blog', partition: 0, createdAt: 1000, name: 'blog', ...fresh, revision: 2 },
    ]);
  });

  it('never moves a site', () => {
    const workspace = new Workspace();
    workspace.apply(created('shop', 2), 1);
    workspace.apply(set(8), 2);
    workspace.apply(created('shop', 5), 3);
    expect(workspace.partitionOf('shop')).toBe(2);
  });

  it("a site's settings are its last ones, and say at which event", () => {
    const workspace = new Workspace();
    workspace.apply({ ...created('shop', 2), name: 'The shop' }, 1);
    workspace.apply(created('blog', 0), 2);
    const by = { siteId: 'shop', at: 2000, actor: 'local-operator' };
    const define = (eventType: string, description: string) =>
      ({ type: 'EventTypeDefined', ...by, eventType, description }) as const;
    workspace.apply(define('signup', 'Signed up'), 3);
    workspace.apply(define('order', 'Bought something'), 4);
    const before = workspace.site('shop');
    workspace.apply(define('signup', ''), 5);
    workspace.apply({ type: 'SiteRenamed', ...by, name: 'Our shop' }, 6);
    expect(workspace.site('shop')).toMatchObject({ name: 'Our shop', partition: 2, revision: 6 });
    expect([...(workspace.site('shop')?.eventTypes ?? [])]).toEqual([
      ['order', { description: 'Bought something', properties: [], strict: false }],
    ]);
    expect(workspace.site('blog')?.revision).toBe(2);
    // Whoever holds an older state is not changed under.
    expect(before).toMatchObject({ name: 'The shop', revision: 4 });
    expect(before?.eventTypes.size).toBe(2);
  });

  it('knows since which event the figures of a site are as they are', () => {
    const workspace = new Workspace();
    workspace.apply(created('shop', 2), 1);
    const by = { siteId: 'shop', at: 2000, actor: 'local-operator' };
    workspace.apply({ type: 'SiteTimeZoneChanged', ...by, timeZone: 'Asia/Kathmandu' }, 2);
    workspace.apply({ type: 'SiteRenamed', ...by, name: 'Our shop' }, 3);
    expect(workspace.site('shop')).toMatchObject({
      timeZone: 'Asia/Kathmandu',
      figuresRevision: 2,
      revision: 3,
    });
  });

  it('has the rules that were added and not removed, in that order', () => {
    const workspace = new Workspace();
    workspace.apply(created('shop', 2), 1);
    const by = { siteId: 'shop', at: 2000, actor: 'local-operator' };
    const rule = (n: number): SiteRule => ({
      id: `0192f3a4-5b6c-7d8e-9f01-00000000000${n}`,
      kind: 'exclude_user',
      userId: `${n}`,
    });
    const add = (n: number, sequence: number) =>
      workspace.apply({ type: 'RuleAdded', ...by, rule: rule(n) }, sequence);
    const remove = (n: number, sequence: number) =>
      workspace.apply({ type: 'RuleRemoved', ...by, ruleId: rule(n).id }, sequence);
    add(1, 2);
    add(2, 3);
    remove(1, 4);
    const site = workspace.site('shop');
    expect(site).toMatchObject({ rules: [rule(2)], lastChangedRule: rule(1).id, figuresRevision: 4 });
    expect([...(site?.removedRules.values() ?? [])]).toEqual([rule(1)]);
    // What changes nothing leaves the figures as they are.
    add(2, 5);
    remove(3, 6);
    expect(workspace.site('shop')).toMatchObject({ ...site, revision: 6 });
    add(1, 7);
    expect(workspace.site('shop')).toMatchObject({ rules: [rule(2), rule(1)], figuresRevision: 7 });
    expect(workspace.site('shop')?.removedRules.size).toBe(0);
  });

  it('passes over settings of a site that was not created', () => {
    const workspace = new Workspace();
    workspace.apply({ type: 'SiteRenamed', siteId: 'shop', name: 'x', at: 1, actor: 'a' }, 1);
    expect(workspace.site('shop')).toBeUndefined();
  });

  it('goes past an event that this version does not know', () => {
    const workspace = new Workspace();
    workspace.applyRecord({ text: '{"type":"SomethingNew","at":1}', sequence: 7 });
    expect(workspace.sequence).toBe(7);
  });

  it('never lowers the number of partitions', () => {
    const workspace = new Workspace();
    expect(workspace.partitions).toBe(0);
    workspace.apply(set(4), 1);
    workspace.apply(set(2), 2);
    expect(workspace.partitions).toBe(4);
    workspace.apply(set(8), 3);
    expect(workspace.partitions).toBe(8);
  });

  it('passes over what it has applied already', () => {
    const workspace = new Workspace();
    workspace.apply(set(4), 5);
    workspace.apply(created('shop', 1), 5);
    expect(workspace.partitionOf('shop')).toBeUndefined();
    expect(workspace.sequence).toBe(5);
  });

  it('takes site names that are also names of object properties', () => {
    const workspace = new Workspace();
    expect(workspace.partitionOf('__proto__')).toBeUndefined();
    workspace.apply(created('constructor', 3), 1);
    expect(workspace.partitionOf('constructor')).toBe(3);
  });
});
