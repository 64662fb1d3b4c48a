import { expect, test } from 'vitest';

import { formatDuration, formatPerSecond } from './format.js';

test.each([
  [0, '0 s'],
  [0.4, '0 s'],
  [59.6, '1 min'],
  [75, '1 min 15 s'],
  [3600, '1 h'],
  [3605, '1 h'],
  [7_265, '2 h 1 min'],
  [90_000, '1 d 1 h'],
])('%s seconds read as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test.each([
  [0, '0'],
  [0.44, '0.4'],
  [9.96, '10'],
  [12_345.6, '12,346'],
])('a rate of %s reads as %s', (rate, text) => expect(formatPerSecond(rate)).toBe(text));
