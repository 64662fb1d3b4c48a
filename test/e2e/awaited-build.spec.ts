import { afterEach, expect, test } from 'vitest';
import type { LogReader } from '#event-log/types.js';
import { BuildThrottle } from '#projector/build-throttle.js';
import { Builder } from '#projector/builder.js';
import { defaultLimits, type Engine } from '#projector/engine.js';
import { createGeneration } from '#projector/generations.js';
import type { Lease } from '#projector/lease.js';
import { silentLogger } from '#telemetry/logger.js';
import { days, expectedDays, Lab, labEvent, labProjections } from './support/projector-lab.js';

let lab: Lab;
afterEach(() => lab.close());

const MESSAGES = 60;
const MESSAGE_MS = 30;

/** A log that takes a while for each message. */
function slow(reader: LogReader): LogReader {
  return {
    stop: () => reader.stop(),
    async *[Symbol.asyncIterator]() {
      for await (const message of reader) {
        await new Promise((resolve) => setTimeout(resolve, MESSAGE_MS));
        yield message;
      }
    },
  };
}

/** Builds a new generation. @returns in how many transactions */
async function build(awaited: boolean): Promise<number> {
  let transactions = 0;
  const engine: Engine = {
    url: lab.database.url,
    pool: lab.pool,
    log: {
      partitions: 1,
      head: (...at) => lab.log.head(...at),
      messageAt: (...at) => lab.log.messageAt(...at),
      sequenceFrom: (...at) => lab.log.sequenceFrom(...at),
      read: (...from) => slow(lab.log.read(...from)),
      notify: () => undefined,
    },
    projections: labProjections,
    logger: silentLogger,
    metrics: lab.metrics,
    owner: 'nobody',
    limits: defaultLimits,
    failpoints: { build_before_commit: () => void transactions++ },
    buildThrottle: new BuildThrottle(1),
  };
  const client = await lab.pool.connect();
  await createGeneration(client, days, 'building').finally(() => client.release());
  const [lease] = await lab.query<Lease>('SELECT partition, epoch FROM partition');
  const behind = async () =>
    (
      await lab.query(
        'SELECT FROM checkpoint c JOIN partition p USING (partition) WHERE c.sequence < p.sequence',
      )
    ).length;
  expect(await behind()).toBe(1);
  const builder = new Builder(engine, 0, { awaited: () => awaited, ended: () => undefined });
  if (lease) builder.start(lease);
  while (builder.working) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await behind()).toBe(0);
  return transactions;
}

test('a build ends its transactions early while somebody waits for their end', async () => {
  lab = await Lab.open();
  const projector = await lab.started();
  const events = Array.from({ length: MESSAGES }, (_, n) => labEvent('site-a', n));
  for (const each of events) await lab.append([each]);
  await lab.drained();
  await projector.stop();
  const alone = await build(false);
  expect(await build(true)).toBeGreaterThan(3 * alone);
  expect(await lab.dump(days, 2)).toEqual(expectedDays(events));
  expect(await lab.dump(days, 3)).toEqual(expectedDays(events));
});
