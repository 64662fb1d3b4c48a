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

it('refuses at once what comes while the first in the queue has waited for long, though the log does store', async () => {
  const onTheWay: ((outcome: PublishOutcome) => void)[] = [];
  const commit = new GroupCommit({
    partition: 0,
    limits: { ...defaultLimits, batchEvents: 1, inFlight: 1, overloadedAfter: 50 },
    pending: { events: 0, bytes: 0 },
    metrics: new Metrics({ defaults: false }),
    publish: () => new Promise((acknowledge) => onTheWay.push(acknowledge)),
  });
  const append = (line: string) => commit.append(line, performance.now());
  const stores = async (sequence: number) => {
    await turn();
    onTheWay.shift()?.({ stored: true, sequence });
    await turn();
  };
  const settled = async (outcome: Promise<unknown>) =>
    Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, 10, 'waits'))]);

  const early = Array.from({ length: 30 }, (_, index) => append(`e${index}`));
  await new Promise((resolve) => setTimeout(resolve, 70));
  const beforeAnyAnswer = append('the log says nothing yet');
  expect(await settled(beforeAnyAnswer)).toBe('waits');
  await stores(1);
  const afterThePause = append('it stores again');
  expect(await settled(afterThePause)).toBe('waits');
  for (let sequence = 2; sequence < 12; sequence++) {
    await stores(sequence);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await settled(append('too much'))).toEqual({ stored: false, reason: 'log_overloaded' });
  for (let sequence = 12; sequence <= 32; sequence++) await stores(sequence);
  const outcomes = await Promise.all([...early, beforeAnyAnswer, afterThePause]);
  expect(outcomes.every(({ stored }) => stored)).toBe(true);
  const last = append('there is room again');
  await stores(33);
  expect(await last).toMatchObject({ stored: true });
  await commit.drained();
});
