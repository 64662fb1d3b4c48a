import { expect, it } from 'vitest';
import type { WorkspaceEvent } from '#events/workspace-event.js';
import { changeOf } from './setting-change.js';
import { Workspace } from './workspace.js';

const rule = {
  id: '0192f3a4-5b6c-7d8e-9f01-23456789abcd',
  kind: 'exclude_path',
  pattern: '/admin/**',
} as const;
const properties = [
  { name: 'plan', kind: 'text', required: true },
  { name: 'seats', kind: 'integer' },
] as const;
const by = { siteId: 'shop', actor: 'anna' };

/** What each of the events changed. */
function trail(...events: WorkspaceEvent[]) {
  const workspace = new Workspace();
  return events.map((event, i) => {
    const change = changeOf(event, { site: workspace.site('shop'), partitions: workspace.partitions });
    workspace.apply(event, i + 1);
    return change;
  });
}

it('says who changed what, when, from what to what', () => {
  const changes = trail(
    { type: 'PartitionsSet', partitions: 4, at: 1 },
    { type: 'SiteCreated', ...by, partition: 2, at: 2 },
    { type: 'SiteRenamed', ...by, name: 'The shop', at: 3 },
    { type: 'EventTypeDefined', ...by, eventType: 'signup', description: 'Signed up', at: 4 },
    { type: 'EventTypeDefined', ...by, eventType: 'signup', description: '', at: 5 },
    { type: 'EventTypeDefined', ...by, eventType: 'order', description: '', properties, strict: true, at: 5 },
    { type: 'VisitorPolicyChanged', ...by, identity: 'cookieless', signals: 'honoured', at: 6 },
    { type: 'PartitionsSet', partitions: 8, at: 6 },
    { type: 'RuleAdded', ...by, rule, at: 7 },
    { type: 'RuleRemoved', ...by, ruleId: rule.id, at: 8 },
  );
  expect(changes.map((change) => change?.settings)).toEqual([
    [{ setting: 'partitions', before: null, after: '4' }],
    [
      { setting: 'name', before: null, after: 'shop' },
      { setting: 'partition', before: null, after: '2' },
    ],
    [{ setting: 'name', before: 'shop', after: 'The shop' }],
    [{ setting: 'event type signup', before: null, after: 'Signed up' }],
    [{ setting: 'event type signup', before: 'Signed up', after: null }],
    [{ setting: 'event type order', before: null, after: 'strictly (plan: text, required; seats: integer)' }],
    [{ setting: 'visitor identity', before: 'persistent', after: 'cookieless' }],
    [{ setting: 'partitions', before: '4', after: '8' }],
    [{ setting: `rule ${rule.id}`, before: null, after: 'Leaves out /admin/**' }],
    [{ setting: `rule ${rule.id}`, before: 'Leaves out /admin/**', after: null }],
  ]);
  expect(changes[2]).toMatchObject({ at: 3, actor: 'anna', action: 'SiteRenamed', siteId: 'shop' });
  expect(changes[0]).toMatchObject({ actor: 'log', siteId: null });
});

it('has no entry for what changed nothing', () => {
  const changes = trail(
    { type: 'SiteRenamed', ...by, name: 'Too early', at: 1 },
    { type: 'SiteCreated', ...by, partition: 2, at: 2 },
    { type: 'SiteCreated', ...by, partition: 3, at: 3 },
    { type: 'SiteRenamed', ...by, name: 'shop', at: 4 },
    { type: 'PartitionsSet', partitions: 4, at: 5 },
    { type: 'PartitionsSet', partitions: 2, at: 6 },
    { type: 'RuleRemoved', ...by, ruleId: rule.id, at: 7 },
    { type: 'RuleAdded', ...by, rule, at: 8 },
    { type: 'RuleAdded', ...by, rule, at: 9 },
  );
  expect(changes.map((change) => change !== undefined)).toEqual([
    ...[false, true, false, false, true, false],
    ...[false, true, false],
  ]);
});
