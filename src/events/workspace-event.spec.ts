import { expect, it } from 'vitest';
import { decodeWorkspaceEvent } from './workspace-event.js';

it('reads what it knows', () => {
  const site = { type: 'SiteCreated', siteId: 'shop', partition: 0, at: 1, actor: 'x' };
  const partitions = { type: 'PartitionsSet', partitions: 4, at: 1 };
  expect(decodeWorkspaceEvent(JSON.stringify(site))).toEqual(site);
  const id = '0192f3a4-5b6c-7d8e-9f01-23456789abcd';
  const of = { siteId: 'shop', at: 1, actor: 'x' };
  const added = { type: 'RuleAdded', ...of, rule: { id, kind: 'merge_path', from: '/a', to: '/b' } };
  expect(decodeWorkspaceEvent(JSON.stringify(added))).toEqual(added);
  const removed = { type: 'RuleRemoved', ...of, ruleId: id };
  expect(decodeWorkspaceEvent(JSON.stringify(removed))).toEqual(removed);
  const defined = { type: 'EventTypeDefined', ...of, eventType: 'signup', description: '' };
  const properties = [{ name: 'plan', kind: 'text', required: true }];
  expect(decodeWorkspaceEvent(JSON.stringify(defined))).toEqual(defined);
  expect(decodeWorkspaceEvent(JSON.stringify({ ...defined, properties, strict: true }))).toEqual({
    ...defined,
    properties,
    strict: true,
  });
  const later = [{ name: 'plan', kind: 'of_later' }];
  expect(decodeWorkspaceEvent(JSON.stringify({ ...defined, properties: later }))).toEqual(defined);
  const policy = { type: 'VisitorPolicyChanged', ...of, identity: 'cookieless', signals: 'ignored' };
  expect(decodeWorkspaceEvent(JSON.stringify(policy))).toEqual(policy);
  expect(decodeWorkspaceEvent(JSON.stringify({ ...policy, signals: 'of_later' }))).toBeUndefined();
  expect(decodeWorkspaceEvent(JSON.stringify({ ...partitions, later: true }))).toEqual(partitions);
});

it.each([
  '',
  'null',
  '[]',
  '{"type":"SiteRenamed","at":1}',
  '{"type":"SiteCreated","siteId":"shop","partition":-1,"at":1,"actor":"x"}',
  '{"type":"SiteCreated","siteId":7,"partition":1,"at":1,"actor":"x"}',
  '{"type":"RuleAdded","siteId":"shop","at":1,"actor":"x"}',
  '{"type":"RuleAdded","siteId":"shop","rule":{"id":"0192f3a4-5b6c-7d8e-9f01-23456789abcd","kind":"of_later"},"at":1,"actor":"x"}',
  '{"type":"RuleRemoved","siteId":"shop","ruleId":7,"at":1,"actor":"x"}',
  '{"type":"PartitionsSet","partitions":0,"at":1}',
  '{"type":"PartitionsSet","partitions":4}',
])('passes over %j', (text) => {
  expect(decodeWorkspaceEvent(text)).toBeUndefined();
});
