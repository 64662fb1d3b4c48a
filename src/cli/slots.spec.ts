import { describe, expect, it } from 'vitest';

import { Slots } from './slots.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Slots', () => {
  it('has never more under way than its limit, and drains to the last', async () => {
    const slots = new Slots(3);
    let busy = 0;
    let most = 0;
    let done = 0;
    for (let i = 0; i < 50; i += 1) {
      await slots.start(async () => {
        most = Math.max(most, (busy += 1));
        await turn();
        busy -= 1;
        done += 1;
      });
    }
    await slots.drain();
    expect({ most, done }).toEqual({ most: 3, done: 50 });
  });

  it('starts nothing after a failure and tells of it', async () => {
    const slots = new Slots(1);
    await slots.start(() => Promise.reject(new Error('broken')));
    await expect(slots.start(turn)).rejects.toThrow('broken');
    await expect(slots.drain()).rejects.toThrow('broken');
  });
});
