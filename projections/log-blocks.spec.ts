import { Fold } from '#projection/fold.js';
import { describe, expect, it } from 'vitest';
import { anEvent, deliveries, project } from '../test/harness/given.js';
import { logBlocks } from './log-blocks.js';

describe.each(deliveries)('log blocks, delivered %s', (_, deliver) => {
  it('has one row for each day of which a block holds events', () => {
    const events = ['2026-03-14T12:00:00Z', '2026-03-14T13:00:00Z', '2026-03-16T12:00:00Z'].map((at) =>
      anEvent({ at }),
    );
    expect(project(logBlocks, events, deliver)).toEqual([
      { day: '2026-03-14', block: 0 },
      { day: '2026-03-16', block: 0 },
    ]);
  });

  it('goes by UTC days, whatever the zone', () => {
    const events = ['2026-03-14T23:59:59.999Z', '2026-03-15T00:00:00Z'].map((at) => anEvent({ at }));
    expect(project(logBlocks, events, deliver, 'Pacific/Kiritimati')).toEqual(
      project(logBlocks, events, deliver),
    );
    expect(project(logBlocks, events, deliver).map((row) => row.day)).toEqual(['2026-03-14', '2026-03-15']);
  });
});

it('a block is a thousand sequences, whatever their messages hold', () => {
  const fold = new Fold(logBlocks, 1);
  const site = { id: 'example', timeZone: 'UTC', rules: [], revision: 0 };
  for (const [sequence, ordinal] of [
    [1, 0],
    [1_000, 499],
    [1_001, 0],
    [2_000, 0],
    [2_001, 3],
    [5_000_000_000, 0],
  ] as const)
    fold.add(1, anEvent(), { partition: 3, sequence, ordinal }, site);
  expect([...fold.entries()].map(([[, , block]]) => block)).toEqual([0, 1, 2, 4_999_999]);
});
