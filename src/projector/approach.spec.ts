import { expect, it } from 'vitest';
import { Approach, LONGEST_HOLD } from './approach.js';

interface Course {
  /** Messages a second that live projection adds while nobody holds it. */
  readonly live: number;
  /** Messages a second of the builder at work. */
  readonly build: number;
  /** Milliseconds of each step in which it does not work. */
  readonly overhead: number;
  /** Messages of a batch. */
  readonly batch: number;
  readonly distance: number;
}

/** A builder behind live batches that come steadily. @returns steps until it joined, and each time it held, in milliseconds */
function run(
  { live, build, overhead, batch, distance }: Course,
  most = 200,
): { steps: number; held: number[] } {
  const approach = new Approach();
  const held: number[] = [];
  for (let steps = 1; steps <= most; steps++) {
    const hold = approach.holds(distance);
    const messages = hold ? Math.min(distance, (LONGEST_HOLD / 1000) * build) : Math.min(batch, distance);
    const worked = (messages / build) * 1000;
    approach.stepped(distance, messages, worked);
    if (hold) held.push(worked);
    const grown = hold ? 0 : Math.round(((worked + overhead) / 1000) * live);
    distance += grown - messages;
    if (distance === 0) return { steps, held };
  }
  return { steps: Infinity, held };
}

it('takes a batch at a time, however many there are', () => {
  const { steps, held } = run({ live: 0, build: 1_000, overhead: 10, batch: 100, distance: 2_000 });
  expect(steps).toBeGreaterThanOrEqual(19);
  expect(held.length).toBeLessThanOrEqual(1);
});

it('holds what it comes near by itself shortly', () => {
  const { held } = run({ live: 100, build: 1_000, overhead: 10, batch: 1_000, distance: 5_000 });
  expect(held.length).toBe(1);
  expect(held[0]).toBeLessThanOrEqual(100);
});

it.each([
  { live: 900, build: 1_000, overhead: 0, batch: 1_000, distance: 300 },
  { live: 600, build: 1_000, overhead: 500, batch: 1_000, distance: 5_000 },
  { live: 1_500, build: 1_000, overhead: 50, batch: 1_000, distance: 400 },
  { live: 20_000, build: 40_000, overhead: 800, batch: 100_000, distance: 200_000 },
])('joins what runs away from it in a few steps: %j', (course) => {
  const { steps, held } = run(course);
  expect(steps).toBeLessThan(50);
  expect(held.length).toBe(1);
  expect(held[0]).toBeLessThanOrEqual(LONGEST_HOLD);
});

it('holds nobody for what it could not reach', () => {
  const course = { live: 2_000, build: 1_000, overhead: 0, batch: 1_000, distance: 50_000 };
  expect(run(course)).toEqual({ steps: Infinity, held: [] });
});

it('holds nobody while the log delivers nothing', () => {
  const approach = new Approach();
  approach.stepped(10, 5, 1);
  expect(approach.holds(5)).toBe(true);
  approach.stepped(5, 0, 100);
  expect(approach.holds(5)).toBe(false);
});
