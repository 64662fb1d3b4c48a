import { afterEach, expect, test } from 'vitest';
import type { LogMessage } from '#event-log/types.js';
import type { ProjectedLog } from '#projector/engine.js';
import { findJob, requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import type { Lab } from '../e2e/support/projector-lab.js';
import { waitFor } from '../harness/wait-for.js';
import { contentsOf, expectTruth, Feed, lawful, openLab, truthOf } from './support/lab-laws.js';
import { newRandom, type Random } from './support/random.js';

// The laws that need the log and the projector, on a real nats-server and a real PostgreSQL.
const random = newRandom('laws of the projector');
let lab: Lab;
afterEach(() => lab.close());

test.each([1, 7, 10_000])(
  'duplicates: however often and in whatever order, batches of %i events',
  async (batchEvents) => {
    lab = await openLab();
    await lab.started({ projections: lawful, limits: { batchEvents } });
    const feed = new Feed(lab, random, 5);
    const size = batchEvents === 1 ? 100 : 600;
    await feed.append(size);
    await feed.append(size);
    const { counted, duplicates, unreadable } = await expectTruth(lab);
    expect(Math.min(counted, duplicates, unreadable)).toBeGreaterThan(0);
  },
);

test('redelivery: messages that come again count nothing', async () => {
  lab = await openLab();
  let repeated = 0;
  const log = repeating(lab.log, random, () => repeated++);
  await lab.started({ projections: lawful, log, limits: { batchEvents: 40 } });
  await new Feed(lab, random).append(2_000);
  await expectTruth(lab);
  expect(repeated).toBeGreaterThan(0);
});

test('rebuild = live: a generation filled from the log while events keep coming is the live one', async () => {
  lab = await openLab();
  const feed = new Feed(lab, random);
  await feed.append(800);
  await lab.started({ projections: lawful, limits: { batchEvents: 100 } });
  await lab.drained();
  const job = await requestJob(lab.pool, 'rebuild', { swap: true });
  await feed.append(800);
  await done(job);
  await feed.append(200);
  await expectTruth(lab, 1);
  const truth = await truthOf(lab);
  expect(await contentsOf(lab, () => 2)).toEqual(truth.contents);

  for (const { name } of lawful)
    await done(await requestJob(lab.pool, 'rebuild', { projection: name, swap: true }));
  await lab.drained();
  expect(await contentsOf(lab, () => 3)).toEqual(truth.contents);
  const served = await lab.query<{ number: number }>(
    'SELECT g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id',
  );
  expect(served).toEqual(lawful.map(() => ({ number: 3 })));
});

async function done(job: number): Promise<void> {
  const { state, error } = await waitFor(
    async () => {
      const found = await findJob(rowsOf(lab.pool), job);
      return found?.state === 'done' || found?.state === 'failed' ? found : undefined;
    },
    { timeout: 60_000, message: `job ${job}` },
  );
  expect({ state, error }).toEqual({ state: 'done', error: null });
}

/** The real log, whose readers now and then deliver their last messages once more. */
function repeating(log: Lab['log'], chance: Random, onRepeat: () => void): ProjectedLog {
  return {
    get partitions() {
      return log.partitions;
    },
    head: (partition) => log.head(partition),
    messageAt: (partition, sequence) => log.messageAt(partition, sequence),
    sequenceFrom: (partition, sequence) => log.sequenceFrom(partition, sequence),
    notify: (notice) => log.notify(notice),
    read(partition, from, options) {
      const reader = log.read(partition, from, options);
      return {
        stop: () => reader.stop(),
        async *[Symbol.asyncIterator]() {
          const past: LogMessage[] = [];
          for await (const message of reader) {
            yield message;
            past.push(message);
            if (!chance.chance(0.1)) continue;
            onRepeat();
            yield* past.slice(-1 - chance.below(3));
          }
        },
      };
    },
  };
}
