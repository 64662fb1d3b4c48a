import { describe, expect, it } from 'vitest';

import type { Refusal } from '#event-log/refusal-notices.js';

import { RefusalRing, REFUSALS_KEPT } from './recent-refusals.js';

const refusal = (at: number, site?: string): Refusal => ({
  id: String(at),
  at,
  ...(site !== undefined && { site }),
  dialect: 'x',
  reason: 'r',
  messages: ['m'],
});
const times = (list: readonly Refusal[]): number[] => list.map(({ at }) => at);

describe('recent refusals', () => {
  it('are listed newest first, all or those of one site', () => {
    const recent = new RefusalRing();
    for (const [at, site] of [
      [1, 'a'],
      [2, 'b'],
      [3, 'a'],
    ] as const)
      recent.add(refusal(at, site));
    expect(times(recent.list())).toEqual([3, 2, 1]);
    expect(times(recent.list('a'))).toEqual([3, 1]);
  });

  it('keep no more than their bound, the newest ones', () => {
    const recent = new RefusalRing();
    for (let at = 0; at < REFUSALS_KEPT + 3; at++) recent.add(refusal(at));
    const kept = times(recent.list());
    expect(kept).toHaveLength(REFUSALS_KEPT);
    expect(kept.slice(0, 2)).toEqual([REFUSALS_KEPT + 2, REFUSALS_KEPT + 1]);
    expect(kept.at(-1)).toBe(3);
  });
});
