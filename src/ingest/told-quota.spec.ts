import { expect, it } from 'vitest';

import { ToldQuota } from './told-quota.js';

it('admits so many of a site and so many in all, each second anew', () => {
  const quota = new ToldQuota({ all: 20, ofSite: 5 });
  const admitted = (site: string, now: number) =>
    Array.from({ length: 100 }, () => quota.admits(site, now)).filter(Boolean).length;
  const sites = ['a', 'b', 'c', 'd', 'e'];
  expect(sites.map((site) => admitted(site, 10))).toEqual([5, 5, 5, 5, 0]);
  expect(admitted('e', 1_009)).toBe(0);
  expect(sites.map((site) => admitted(site, 1_010))).toEqual([5, 5, 5, 5, 0]);
});
