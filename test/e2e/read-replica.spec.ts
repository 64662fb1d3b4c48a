import { randomUUID } from 'node:crypto';
import { createClient, type Client } from 'graphql-ws';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { StartupError } from '#config/startup-error.js';
import { createPool } from '#database/pool.js';
import { openReplica } from '#database/replica.js';
import { projections } from '#projections/index.js';
import type { Projector } from '#projector/projector.js';
import { createDatabase } from '../harness/database.js';
import { startReplicatedPostgres, type ReplicatedPostgres } from '../harness/replicated-postgres.js';
import { waitFor } from '../harness/wait-for.js';
import { ask, type Answer } from './support/ask.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';
import { startProjector } from './support/ingest-projector.js';

// Questions are answered by a real streaming replica, whose replay is paused and which is stopped.
let servers: ReplicatedPostgres;
let product: IngestApp;
let projector: Projector;
let client: Client;

beforeAll(async () => {
  servers = await startReplicatedPostgres();
  product = await startIngest({ servers });
  projector = await startProjector(product, projections);
  client = createClient({ url: `${product.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
});
afterAll(async () => {
  await client?.dispose();
  await projector?.stop();
  await product?.stop();
});

const day = GOOD.timestamp.slice(0, 10);

async function send(siteId: string): Promise<string> {
  const { status, body } = await post(`${product.url}/api/event`, { ...GOOD, siteId, eventId: randomUUID() });
  expect(status).toBe(202);
  return body?.['receipt'] as string;
}

const read = (siteId: string, receipt: string, seconds = 25): Promise<Answer> =>
  ask(
    product,
    `query ($site: ID!, $range: DateRangeInput!, $receipt: String!, $seconds: Float) @waitFor(receipt: $receipt, seconds: $seconds) {
      site(id: $site) { dailyStats(range: $range) { events } } }`,
    { site: siteId, range: { from: day, to: day }, receipt, seconds },
  );
const eventsIn = (data: unknown) =>
  (data as { site?: { dailyStats: { events: number }[] } } | undefined)?.site?.dailyStats[0]?.events;

async function on<R extends object>(url: string, sql: string): Promise<R[]> {
  const session = new pg.Client({ connectionString: url });
  await session.connect();
  try {
    return (await session.query<R & Record<string, unknown>>(sql)).rows;
  } finally {
    await session.end();
  }
}
const onReplica = <R extends object>(sql: string) => on<R>(servers.replicaUrl, sql);

const ready = async () => {
  const response = await fetch(`${product.url}/health/ready`);
  return (await response.json()) as {
    failing: string[];
    checks: Record<string, { ok: boolean; detail?: string }>;
  };
};

test('an answer that waits for an event includes it, and it is the replica that answers', async () => {
  const receipt = await send('shop');
  expect(eventsIn((await read('shop', receipt)).data)).toBe(1);
  // Made by the projector on the primary, and read where they arrive a moment later.
  const past = await ask(
    product,
    `query ($range: DateRangeInput!, $position: String!) {
      site(id: "shop", asOf: { position: $position, seconds: 25 }) { dailyStats(range: $range) { events } } }`,
    { range: { from: day, to: day }, position: receipt },
  );
  expect(past.errors).toBeUndefined();
  expect(eventsIn(past.data)).toBe(1);
  const [row] = await onReplica<{ sessions: number }>(
    `SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE application_name = 'tidemark reads'`,
  );
  expect(row?.sessions).toBeGreaterThan(0);
  expect((await ready()).checks['replica']).toMatchObject({ ok: true });
});

test('while replay stands still a wait says how far the replica is; orders and events are taken; then it answers', async () => {
  const pushed: (number | undefined)[] = [];
  client.subscribe(
    {
      query: `subscription ($site: ID!, $range: DateRangeInput!) { siteChanged(siteId: $site) { site { dailyStats(range: $range) { events } } } }`,
      variables: { site: 'shop', range: { from: day, to: day } },
    },
    {
      next: ({ data }) => pushed.push(eventsIn(data?.['siteChanged'])),
      error: () => undefined,
      complete: () => undefined,
    },
  );
  await waitFor(() => pushed.includes(1), { timeout: 30_000, message: () => `a push: ${pushed.join()}` });
  await onReplica('SELECT pg_wal_replay_pause()');
  const receipt = await send('shop');
  const [partition] = receipt.split(':');
  await waitFor(async () => (await figuresOnPrimary()) === 2, {
    timeout: 30_000,
    message: 'the primary to have it',
  });

  const { status, errors } = await read('shop', receipt, 0.5);
  expect(status).toBe(200);
  expect(errors).toEqual([
    {
      message: expect.stringContaining(`the figures include partition ${partition} up to`) as string,
      extensions: expect.objectContaining({ code: 'PROJECTION_BEHIND' }) as object,
    },
  ]);
  const query = new URLSearchParams({ siteId: 'shop', date: day, waitFor: receipt, waitForSeconds: '0' });
  expect((await fetch(`${product.url}/api/stats?${query}`)).status).toBe(503);
  const order = await ask(product, 'mutation { rebuildProjection(name: "top_paths") { id state } }');
  expect(order.errors).toBeUndefined();

  const waiting = read('shop', receipt);
  await onReplica('SELECT pg_wal_replay_resume()');
  expect(eventsIn((await waiting).data)).toBe(2);
  await waitFor(() => pushed.at(-1) === 2, { timeout: 30_000, message: () => `a push: ${pushed.join()}` });
});

test('a replica that is away is named; events are taken; it answers when it is back', async () => {
  await servers.stopReplica();
  const receipt = await send('shop');
  const { errors } = await ask(product, '{ projections { name } }');
  expect(errors).toMatchObject([
    {
      message: expect.stringContaining('the read replica does not answer') as string,
      extensions: { code: 'UNAVAILABLE' },
    },
  ]);
  expect((await ready()).failing).toEqual(['replica']);
  await servers.startReplica();
  expect(eventsIn((await read('shop', receipt)).data)).toBe(3);
  await waitFor(async () => (await ready()).failing.length === 0, { timeout: 30_000, message: 'readiness' });
});

test('what is no copy of the database is refused; the database itself is taken', async () => {
  const pool = createPool(servers.url, { max: 1 });
  const other = await createDatabase();
  const refusal = openReplica(other.url, pool, {});
  await expect(refusal).rejects.toBeInstanceOf(StartupError);
  await expect(refusal).rejects.toThrow(/DATABASE_REPLICA_URL is another database/);
  await (await openReplica(servers.url, pool, {})).end();
  await pool.end();
  await other.drop();
});

async function figuresOnPrimary(): Promise<number | undefined> {
  const sum = 'SELECT sum(events)::int AS events FROM partition';
  return (await on<{ events: number }>(servers.url, sum))[0]?.events;
}
