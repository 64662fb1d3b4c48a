import { expect, test } from 'vitest';
import { RateMeter } from './rate-meter.js';

test('counts the last five seconds', () => {
  let now = 0;
  const meter = new RateMeter(() => now);
  meter.add(5_000);
  now = 4_000;
  meter.add(1_000);
  expect(meter.perSecond()).toBe(1_200);
  now = 6_000;
  expect(meter.perSecond()).toBe(200);
  now = 20_000;
  expect(meter.perSecond()).toBe(0);
});
