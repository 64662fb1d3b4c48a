import { setImmediate } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { Turns } from './turns.js';

describe('turns', () => {
  it('has never more under way than the limit, and comes to everyone in order', async () => {
    const turns = new Turns(2);
    let busy = 0;
    let most = 0;
    const done: number[] = [];
    const work = async (n: number) => {
      most = Math.max(most, ++busy);
      await setImmediate();
      busy--;
      done.push(n);
      return n;
    };
    const all = Array.from({ length: 9 }, (_, n) => n);
    expect(await Promise.all(all.map((n) => turns.take(() => work(n))))).toEqual(all);
    expect({ most, done }).toEqual({ most: 2, done: all });
  });

  it('goes on after a failure, which is its own caller’s', async () => {
    const turns = new Turns(1);
    const failed = turns.take(() => Promise.reject(new Error('broken')));
    const next = turns.take(() => Promise.resolve('well'));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('well');
  });
});
