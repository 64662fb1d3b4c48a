import { afterEach, expect, test } from 'vitest';
import { labEvent, days, expectedDays, Lab, paths } from './support/projector-lab.js';

let lab: Lab;
afterEach(() => lab.close());

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('events of several sites and partitions reach the read models', async () => {
  lab = await Lab.open(2);
  await lab.started();
  const a = range(0, 300).map((n) => labEvent('site-a', n));
  const b = range(0, 200).map((n) => labEvent('site-b', n));
  await Promise.all([lab.append(a, 0), lab.append(b, 1)]);
  await lab.drained();
  expect(await lab.dump(days)).toEqual(expectedDays([...a, ...b]));
  expect((await lab.dump(paths)).flat()).toHaveLength(2 * 3 * 7);
});
