import { expect, it } from 'vitest';
import type { WorkspaceEvent } from '#events/workspace-event.js';
import { SettingsHistory } from './settings-history.js';

const by = { siteId: 'shop', actor: 'anna', at: 0 };
const BEGINNING = { settings: { timeZone: 'UTC', rules: [] }, revision: 0 };

function history(...events: readonly [storedAt: number, event: WorkspaceEvent][]): SettingsHistory {
  const made = new SettingsHistory();
  for (const [i, [storedAt, event]] of events.entries())
    made.applyRecord({ text: JSON.stringify(event), sequence: i + 1, storedAt });
  return made;
}

const zone = (timeZone: string) => ({ type: 'SiteTimeZoneChanged', ...by, timeZone }) as const;

const shop = history(
  [100, { type: 'SiteCreated', ...by, partition: 2 }],
  [200, zone('Asia/Tokyo')],
  [300, { type: 'SiteRenamed', ...by, name: 'Our shop' }],
  [400, { type: 'SiteCreated', ...by, siteId: 'blog', partition: 0 }],
  [500, zone('UTC')],
);

it('knows what was in force at a time: what was stored by then', () => {
  expect(shop.at('shop', 199)).toEqual(BEGINNING);
  expect(shop.at('shop', 200)).toEqual({ settings: { timeZone: 'Asia/Tokyo', rules: [] }, revision: 2 });
  expect(shop.at('shop', 499).revision).toBe(2);
  expect(shop.at('shop', 500)).toEqual({ settings: { timeZone: 'UTC', rules: [] }, revision: 5 });
  expect(shop.at('blog', 1_000)).toEqual(BEGINNING);
  expect(shop.at('nobody', 1_000)).toEqual(BEGINNING);
});

it('knows the settings of a revision, and which changes lie between two', () => {
  expect(shop.ofRevision('shop', 0)).toEqual(BEGINNING);
  expect(shop.ofRevision('shop', 2)?.settings).toEqual({ timeZone: 'Asia/Tokyo', rules: [] });
  expect(shop.ofRevision('shop', 3)).toBeUndefined();
  expect(shop.between('shop', 0, 5)).toEqual([2, 5]);
  expect(shop.between('shop', 2, 4)).toEqual([]);
});

it('passes over what it has read, and a site that was not created', () => {
  const read = history([100, zone('Asia/Tokyo')]);
  expect(read.at('shop', 100)).toEqual(BEGINNING);
  shop.applyRecord({ text: JSON.stringify(zone('Asia/Tokyo')), sequence: 5, storedAt: 900 });
  expect(shop.at('shop', 900).revision).toBe(5);
});
