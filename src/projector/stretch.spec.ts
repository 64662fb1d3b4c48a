import { expect, test } from 'vitest';
import { hindmost } from './stretch.js';
import type { BehindGeneration } from './generations.js';

const behind = (id: number, sequence: number): BehindGeneration => ({
  id,
  sequence,
  projection: `p${id}`,
  number: 1,
  version: 1,
  status: 'building',
});

test('those at one place go on together, as far as the next ones', () => {
  const group = hindmost([behind(1, 5), behind(2, 5), behind(3, 9)], 20);
  expect(group).toMatchObject({ at: 5, upTo: 9, next: 'generation' });
  expect(group?.generations.map((each) => each.id)).toEqual([1, 2]);
  expect(hindmost([behind(3, 9)], 20)).toMatchObject({ at: 9, upTo: 20, next: 'floor' });
  expect(hindmost([], 20)).toBeUndefined();
});
