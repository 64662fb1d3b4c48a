import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LoopTurn } from './loop-turn.js';

it('a turn of the loop is overrun when it has lasted too long, and the next one is not', async () => {
  let now = 1_000;
  const turn = new LoopTurn(() => now, 200);
  expect(turn.overrun()).toBe(false);
  now += 200;
  expect(turn.overrun()).toBe(false);
  now += 1;
  expect([turn.overrun(), turn.overrun()]).toEqual([true, true]);
  await setImmediate();
  now += 5_000;
  expect(turn.overrun()).toBe(false);
});
