import { cpSync, rmSync } from 'node:fs';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, expect, test } from 'vitest';
import { days, expectedDays, Lab, labEvent } from '../e2e/support/projector-lab.js';
import { waitFor } from '../harness/wait-for.js';

let lab: Lab;
afterEach(() => lab.close());

const eventsOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => labEvent('site-a', from + i));
const quick = { heartbeatMs: 100 };

test('F25 a log that was replaced is refused, while running and at the next start', async () => {
  lab = await Lab.open();
  const running = await lab.started({ limits: quick });
  await lab.append(eventsOf(0, 20));
  await lab.drained();
  await replaceStream();
  await waitFor(() => running.stopped.length > 0);
  expect(running.stopped[0]?.reason).toMatch(/the log was replaced|is not the log that was read/);
  await running.stop();

  // As many messages as before, so that the sequence number alone would fit.
  await lab.append(eventsOf(100, 120));
  const next = await lab.started({ limits: quick });
  await waitFor(() => next.stopped.length > 0);
  expect(next.stopped[0]?.reason).toMatch(/the log was replaced: its stream was created at/);
  // Written a moment after it is known; until then the row says what the first one saw.
  await waitFor(async () => {
    const [row] = await lab.query<{ stopped_reason: string }>('SELECT stopped_reason FROM partition');
    return row?.stopped_reason.includes('the log was replaced');
  });
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf(0, 20)));
});

test('F24 a log that lost its tail is refused, though new events fill the same sequence numbers', async () => {
  lab = await Lab.open();
  const running = await lab.started({ limits: quick });
  await lab.append(eventsOf(0, 20));
  await lab.drained();
  await lab.nats.kill('SIGKILL');
  const copy = `${lab.nats.storeDir}-copy`;
  cpSync(lab.nats.storeDir, copy, { recursive: true });
  await lab.nats.restart();
  for (let n = 20; n < 60; n += 10) await lab.append(eventsOf(n, n + 10));
  await lab.drained();
  const projected = await lab.floor();

  await lab.nats.kill('SIGKILL');
  rmSync(lab.nats.storeDir, { recursive: true });
  cpSync(copy, lab.nats.storeDir, { recursive: true });
  rmSync(copy, { recursive: true });
  await lab.nats.restart();
  for (let n = 100; n < 180; n += 10) await lab.append(eventsOf(n, n + 10));
  expect((await lab.log.head(0)).sequence).toBeGreaterThan(projected);
  await waitFor(() => running.stopped.length > 0);
  expect(await lab.floor()).toBe(projected);
  await running.stop();

  const next = await lab.started({ limits: quick });
  await waitFor(() => next.stopped.length > 0);
  expect(next.stopped[0]?.reason).toMatch(/the log has another message at/);
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf(0, 60)));
});

test('F01 while the log server is away the projector waits, and then goes on', async () => {
  lab = await Lab.open();
  const running = await lab.started({ limits: quick });
  await lab.append(eventsOf(0, 20));
  await lab.drained();
  for (let round = 1; round <= 3; round++) {
    await lab.nats.kill('SIGKILL');
    await lab.nats.restart();
    await lab.append(eventsOf(round * 20, (round + 1) * 20));
    await lab.drained();
  }
  expect(running.stopped).toEqual([]);
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf(0, 80)));
});

async function replaceStream(): Promise<void> {
  const nc = await connect({ servers: lab.nats.url });
  const jsm = await jetstreamManager(nc);
  const { config } = await jsm.streams.info('EVENTS_0');
  await jsm.streams.delete('EVENTS_0');
  await jsm.streams.add(config);
  await nc.close();
}
