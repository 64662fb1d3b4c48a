import { describe, expect, test } from 'vitest';

import { courseOf, endedOf, outcomeOf, rebuildOf, type Job } from './jobs.js';

const job = (change: Partial<Job>): Job => ({
  id: 1,
  kind: 'rebuild',
  title: 'Rebuild top_paths',
  state: 'running',
  error: null,
  projection: 'top_paths',
  progress: 0.25,
  eventsDone: 10_000,
  eventsTotal: 40_000,
  rate: 300,
  secondsLeft: 100,
  createdAt: '2026-03-01T00:00:00Z',
  finishedAt: null,
  deadLetters: null,
  ...change,
});

describe('what came of a job', () => {
  test.each([
    ['waits for a projector', { state: 'queued' }],
    ['under way', { state: 'running' }],
    ['done', { state: 'done' }],
    [
      'not done: a generation of this rebuild was retired',
      { state: 'failed', error: 'a generation of this rebuild was retired' },
    ],
    [
      '2 counted now, 1 failed again',
      { state: 'done', deadLetters: { retried: 2, failed: 1, skipped: 0, discarded: 0 } },
    ],
    [
      'nothing was left to do',
      { state: 'done', deadLetters: { retried: 0, failed: 0, skipped: 0, discarded: 0 } },
    ],
  ])('%s', (text, change) => expect(outcomeOf(job(change))).toBe(text));
});

test('the time left is told once it is more than a guess', () => {
  expect(courseOf(job({}))).toBe('10,000 of 40,000 events, 300 a second, 1 min 40 s left');
  expect(courseOf(job({ progress: 0.001, eventsDone: 40 }))).toBe('40 of 40,000 events, 300 a second');
  expect(courseOf(job({ eventsDone: null, eventsTotal: null }))).toBeUndefined();
});

test('a build is that of its projection or of all, while it runs', () => {
  const own = job({ id: 2 });
  const all = job({ id: 3, projection: null });
  expect(rebuildOf([own], 'top_paths')).toBe(own);
  expect(rebuildOf([own], 'daily_aggregates')).toBeUndefined();
  expect(rebuildOf([all], 'daily_aggregates')).toBe(all);
  expect(rebuildOf([job({ state: 'done' })], 'top_paths')).toBeUndefined();
});

test('what has ended of a kind changes when one more has', () => {
  const verify = (id: number, state: string) => job({ id, state, kind: 'verify' });
  expect(endedOf([verify(3, 'running'), verify(2, 'failed'), job({ id: 1, state: 'done' })], 'verify')).toBe(
    '2',
  );
  expect(endedOf([verify(3, 'done'), verify(2, 'failed')], 'verify')).toBe('3,2');
});
