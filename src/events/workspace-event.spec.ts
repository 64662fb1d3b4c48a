import { expect, it } from 'vitest';
import { decodeWorkspaceEvent } from './workspace-event.js';

it('reads what it knows', () => {
  const site = { type: 'SiteCreated', siteId: 'shop', partition: 0, at: 1, actor: 'x' };
  const partitions = { type: 'PartitionsSet', partitions: 4, at: 1 };
  expect(decodeWorkspaceEvent(JSON.stringify(site))).toEqual(site);
  expect(decodeWorkspaceEvent(JSON.stringify({ ...partitions, later: true }))).toEqual(partitions);
});

it.each([
  '',
  'null',
  '[]',
  '{"type":"SiteRenamed","at":1}',
  '{"type":"SiteCreated","siteId":"shop","partition":-1,"at":1,"actor":"x"}',
  '{"type":"SiteCreated","siteId":7,"partition":1,"at":1,"actor":"x"}',
  '{"type":"PartitionsSet","partitions":0,"at":1}',
  '{"type":"PartitionsSet","partitions":4}',
])('passes over %j', (text) => {
  expect(decodeWorkspaceEvent(text)).toBeUndefined();
});
