import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from 'vitest';
import { StartupError } from '#config/startup-error.js';
import { EventLog } from '#event-log/event-log.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { openLog, readAll } from '../harness/event-log.js';
import { startNats, type NatsOptions, type TestNats } from '../harness/nats.js';
import { testPort } from '../harness/ports.js';
import { waitFor } from '../harness/wait-for.js';

let nats: TestNats | undefined;
const logs: EventLog[] = [];
const start = async (o?: NatsOptions) => (nats = await startNats(o));
const open = async (...args: Parameters<typeof openLog>) => {
  const log = await openLog(...args);
  logs.push(log);
  return log;
};
afterEach(async () => {
  await Promise.all(logs.splice(0).map((log) => log.close()));
  await nats?.stop();
  nats = undefined;
});

async function startupFault(opening: Promise<EventLog>): Promise<string> {
  const failure = await opening.then(
    (log) => log.close().then(() => new Error('it opened')),
    (error: unknown) => error as Error,
  );
  expect(failure).toBeInstanceOf(StartupError);
  return failure.message;
}

describe('durability', () => {
  it('refuses a server that does not sync before it acknowledges, unless that is accepted', async () => {
    const server = await start({ syncAlways: false });
    expect(await startupFault(openLog(server))).toContain('sync_interval: always');
    const log = await open(server, { acceptUnsynced: true });
    expect(log.durability).toBe('unsynced');
    expect((await log.append(0, '{}')).stored).toBe(true);
  });

  it('is unproven without a monitoring address, or with one of another server', async () => {
    const server = await start();
    expect((await open(server, { monitorUrl: undefined })).durability).toBe('unproven');
    const dead = `http://127.0.0.1:${await testPort()}`;
    expect((await open(server, { monitorUrl: dead })).durability).toBe('unproven');
    const other = await startNats();
    expect((await open(server, { monitorUrl: other.monitorUrl })).durability).toBe('unproven');
    await other.stop();
  });
});

describe('the number of partitions', () => {
  it('is recorded, can be raised under a running log, and is never lowered', async () => {
    const server = await start();
    const first = await open(server, { partitions: 2 });
    expect(first.partitions).toBe(2);
    expect(await startupFault(openLog(server, { partitions: 1 }))).toContain('can only be raised');
    const second = await open(server, { partitions: 3 });
    expect(second.partitions).toBe(3);
    await waitFor(() => first.partitions === 3);
    expect((await first.append(2, '{}')).stored).toBe(true);
    expect(await startupFault(openLog(server, { partitions: 2 }))).toContain('this log has 3 partitions');
    expect((await open(server)).partitions).toBe(3);
  });

  it('is settled once when several processes start at the same time', async () => {
    const server = await start();
    const opened = await Promise.all([1, 2, 3].map(() => open(server, { partitions: 3 })));
    expect(opened.map((log) => log.partitions)).toEqual([3, 3, 3]);
  });

  it('is not guessed where events are there and the record is gone', async () => {
    const server = await start();
    const log = await open(server);
    await log.append(0, '{}');
    const nc = await connect({ servers: server.url });
    await (await jetstreamManager(nc)).streams.delete('WORKSPACE');
    await nc.close();
    expect(await startupFault(openLog(server))).toContain('no record of its partitions');
  });
});

describe('a server that does not fit', () => {
  it('is refused when it holds a stream with other settings, naming the difference', async () => {
    const server = await start();
    const nc = await connect({ servers: server.url });
    const jsm = await jetstreamManager(nc);
    await jsm.streams.add({ name: 'EVENTS_0', subjects: ['events.0'], max_msgs: 1000 });
    await nc.close();
    const fault = await startupFault(openLog(server));
    expect(fault).toContain('EVENTS_0');
    expect(fault).toContain('max_msgs is 1000, wanted -1');
    expect(fault).toContain('discard is "old", wanted "new"');
  });

  it('is named, without its password, when nobody answers', async () => {
    const url = `nats://user:secret@127.0.0.1:${await testPort()}`;
    const opening = EventLog.open({
      url,
      acceptUnsynced: false,
      logger: silentLogger,
      metrics: new Metrics({ defaults: false }),
    });
    const fault = await startupFault(opening);
    expect(fault).toContain('127.0.0.1');
    expect(fault).not.toContain('secret');
  });
});

describe('a full log', () => {
  it('refuses with its reason and loses nothing', async () => {
    const server = await start({ maxFileStore: 3 * 1024 * 1024 });
    const log = await open(server, { partitions: 1 });
    const stored: string[] = [];
    let reason = '';
    for (let i = 0; reason === ''; i++) {
      const line = `${String(i).padStart(6, '0')}${'x'.repeat(30_000)}`;
      const outcome = await log.append(0, line);
      if (outcome.stored) stored.push(line.slice(0, 6));
      else reason = outcome.reason;
      if (i > 1000) throw new Error('the log never became full');
    }
    expect(reason).toBe('log_full');
    expect(stored.length).toBeGreaterThan(50);
    expect((await readAll(log, 0)).map((r) => r.line.slice(0, 6))).toEqual(stored);
  });
});
