import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StartupError } from '#config/startup-error.js';
import type { EventLog } from '#event-log/event-log.js';
import { replicasFor } from '#event-log/streams.js';
import { openLog, readAll } from '../harness/event-log.js';
import { startNats } from '../harness/nats.js';
import { startNatsCluster, type NatsCluster } from '../harness/nats-cluster.js';
import { waitFor } from '../harness/wait-for.js';

// Three servers on loopback; one test after the other uses the same log.
let cluster: NatsCluster;
let log: EventLog;
const acknowledged: string[] = [];
let made = 0;

beforeAll(async () => {
  cluster = await startNatsCluster();
  log = await openLog(cluster, { partitions: 1 });
});
afterAll(async () => {
  await log.close();
  await cluster.stop();
});

/** Under the same batch ID for each try of one call, and as another line for each call: what was answered may not be lost. */
async function append(): Promise<boolean> {
  const line = JSON.stringify({ n: made++ });
  const { stored } = await log.append(0, line);
  if (stored) acknowledged.push(line);
  return stored;
}
const appended = (timeout = 60_000) => waitFor(append, { timeout, message: 'an event to be stored' });

async function replicasOf(url: string, stream: string): Promise<number> {
  const nc = await connect({ servers: url.split(',').map((each) => each.replace('nats://', '')) });
  try {
    const { config } = await (await jetstreamManager(nc)).streams.info(stream);
    return config.num_replicas;
  } finally {
    await nc.close();
  }
}

test('streams have three replicas, and every server is proven to sync', async () => {
  for (const stream of ['EVENTS_0', 'WORKSPACE', 'PROBE'])
    expect(await replicasOf(cluster.url, stream)).toBe(3);
  expect(log.durability).toBe('synced');
  const [one] = cluster.servers;
  const partly = await openLog({ url: cluster.url, monitorUrl: one?.monitorUrl ?? '' });
  expect(partly.durability).toBe('unproven');
  await partly.close();
});

test('a log of one replica is given three when that is asked for, and is never given fewer', async () => {
  const account = await openLog(cluster, { replicas: 1, partitions: 2 });
  expect([await replicasOf(cluster.url, 'EVENTS_0'), await replicasOf(cluster.url, 'EVENTS_1')]).toEqual([
    3, 1,
  ]);
  await account.append(1, '{"of":"one"}');
  await account.close();
  await (await openLog(cluster)).close();
  expect(await replicasOf(cluster.url, 'EVENTS_1')).toBe(1);
  await (await openLog(cluster, { replicas: 3 })).close();
  expect(await replicasOf(cluster.url, 'EVENTS_1')).toBe(3);
  const alone = await startNats();
  await expect(openLog(alone, { replicas: 3 })).rejects.toThrow(/TIDEMARK_LOG_REPLICAS/);
  await expect(openLog(alone, { replicas: 3 })).rejects.toBeInstanceOf(StartupError);
  await alone.stop();
});

test('the leader is killed while events come: what was acknowledged is there, once, in its order', async () => {
  for (let n = 0; n < 20; n++) await appended();
  const leader = await cluster.leaderOf('EVENTS_0');
  await leader.kill('SIGKILL');
  await appended();
  await leader.restart();
  for (let n = 0; n < 20; n++) await appended();
  await expectAcknowledged();
});

test('of three servers two are lost: nothing is accepted, and nothing is lost', async () => {
  const lost = cluster.servers.slice(1);
  await Promise.all(lost.map((server) => server.kill('SIGKILL')));
  expect(await append()).toBe(false);
  await Promise.all(lost.map((server) => server.restart()));
  await appended();
  await expectAcknowledged();
});

/** Each line once; one that was not acknowledged may be there or not. */
async function expectAcknowledged(): Promise<void> {
  const lines = await waitFor(() => readAll(log, 0), { timeout: 30_000, message: 'the log to be read' });
  const read = lines.map(({ line }) => line);
  expect(new Set(read).size).toBe(read.length);
  const kept = new Set(acknowledged);
  expect(read.filter((line) => kept.has(line))).toEqual(acknowledged);
}

test('a server of the cluster that starts a moment later is counted', async () => {
  const [one, , last] = cluster.servers;
  await last?.kill('SIGKILL');
  const nc = await connect({ servers: one?.url.replace('nats://', '') ?? '' });
  try {
    await waitFor(() => nc.info?.connect_urls?.length === 2, { timeout: 10_000 });
    const replicas = replicasFor(nc, undefined);
    await last?.restart();
    expect(await replicas).toEqual({ first: 3, least: undefined });
  } finally {
    await nc.close();
  }
});
