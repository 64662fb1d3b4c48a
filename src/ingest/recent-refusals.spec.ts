import { describe, expect, it } from 'vitest';

import type { Refusal } from '#event-log/refusal-notices.js';

import { KeptRefusals, REFUSALS_KEPT } from './recent-refusals.js';

const refusal = (at: number, o: Partial<Refusal> = {}): Refusal => ({
  id: String(at),
  at,
  dialect: 'x',
  reason: 'invalid_path',
  messages: ['m'],
  ...o,
});
const times = (list: readonly Refusal[]): number[] => list.map(({ at }) => at);

describe('recent refusals', () => {
  it('are listed newest first, all or those of one site', () => {
    const recent = new KeptRefusals();
    recent.add(refusal(1, { site: 'a' }));
    recent.add(refusal(2, { site: 'b' }));
    recent.add(refusal(3, { site: 'a', reason: 'rate_limited' }));
    recent.add(refusal(4, { site: 'a' }));
    expect(times(recent.list())).toEqual([4, 3, 2, 1]);
    expect(times(recent.list('a'))).toEqual([4, 3, 1]);
  });

  it('keep no more than their bound, the newest ones', () => {
    const recent = new KeptRefusals();
    const bound = REFUSALS_KEPT.forGood;
    for (let at = 0; at < bound + 3; at++) recent.add(refusal(at, { site: 'a' }));
    const kept = times(recent.list());
    expect(kept).toHaveLength(bound);
    expect(kept.slice(0, 2)).toEqual([bound + 2, bound + 1]);
    expect(kept.at(-1)).toBe(3);
  });

  it('of who sends without a key, or of one loud site, hide none of the others', () => {
    const recent = new KeptRefusals();
    recent.add(refusal(1, { site: 'quiet' }));
    recent.add(refusal(2, { site: 'other' }));
    for (let at = 10; at < 5_000; at++) {
      recent.add(refusal(at));
      recent.add(refusal(at, { site: 'loud' }));
    }
    recent.add(refusal(5_000, { site: 'quiet' }));
    expect([times(recent.list('quiet')), times(recent.list('other'))]).toEqual([[5_000, 1], [2]]);
    expect(recent.list('loud')).toHaveLength(REFUSALS_KEPT.forGood - 3);
    expect(times(recent.list('loud'))[0]).toBe(4_999);
    expect(recent.list()).toHaveLength(REFUSALS_KEPT.forGood + REFUSALS_KEPT.ofNoSite);
  });

  it.each(['rate_limited', 'log_unavailable', 'log_overloaded', 'log_full'])(
    'of events that may be sent again (%s) hide none that was refused for good',
    (reason) => {
      const recent = new KeptRefusals();
      recent.add(refusal(0));
      for (let at = 1; at <= 5_000; at++) recent.add(refusal(at, { reason }));
      expect(times(recent.list())).toHaveLength(REFUSALS_KEPT.forNow + 1);
      expect(times(recent.list()).at(-1)).toBe(0);
    },
  );
});
