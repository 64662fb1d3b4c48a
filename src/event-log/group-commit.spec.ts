import { expect, it } from 'vitest';
import { Metrics } from '#telemetry/metrics.js';
import { defaultLimits, GroupCommit } from './group-commit.js';
import type { PublishOutcome } from './publisher.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('sends a message beside another only when it is worth one', async () => {
  const onTheWay: { events: number; acknowledge: (outcome: PublishOutcome) => void }[] = [];
  const commit = new GroupCommit({
    partition: 0,
    limits: { ...defaultLimits, alongside: 10, batchBytes: 1_000, inFlight: 3 },
    pending: { events: 0, bytes: 0 },
    metrics: new Metrics({ defaults: false }),
    publish: ({ payload }) =>
      new Promise((acknowledge) => {
        onTheWay.push({ events: Buffer.from(payload).toString().split('\n').length, acknowledge });
      }),
  });
  const append = async (lines: readonly string[]) => {
    const outcomes = lines.map((line) => commit.append(line, performance.now()));
    await turn();
    return { outcomes };
  };
  const sizes = () => onTheWay.map(({ events }) => events);

  const lone = await append(['a']);
  expect(sizes()).toEqual([1]);
  await append(['b', 'c']);
  expect(sizes()).toEqual([1]);
  await append(Array<string>(9).fill('d'));
  expect(sizes()).toEqual([1, 11]);
  await append([' '.repeat(999)]);
  expect(sizes()).toEqual([1, 11, 1]);

  const last = await append(Array<string>(20).fill('e'));
  expect(sizes()).toEqual([1, 11, 1]);
  for (const [index, { acknowledge }] of onTheWay.entries())
    acknowledge({ stored: true, sequence: index + 1 });
  expect(await lone.outcomes[0]).toEqual({
    stored: true,
    position: { partition: 0, sequence: 1, ordinal: 0 },
  });
  await turn();
  await turn();
  expect(sizes()).toEqual([1, 11, 1, 20]);
  onTheWay[3]?.acknowledge({ stored: false, reason: 'log_full' });
  expect(await last.outcomes[19]).toEqual({ stored: false, reason: 'log_full' });
  await commit.drained();
});
