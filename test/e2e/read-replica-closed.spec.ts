import { afterAll, beforeAll, expect, test } from 'vitest';

import { StartupError } from '#config/startup-error.js';
import { ensureApiLogin, requireWalls } from '#database/api-login.js';
import { createPool } from '#database/pool.js';
import { openReplica } from '#database/replica.js';

import { startStack, type Stack } from '../harness/stack.js';
import { startNats, type TestNats } from '../harness/nats.js';
import { startReplicatedPostgres, type ReplicatedPostgres } from '../harness/replicated-postgres.js';
import { waitFor } from '../harness/wait-for.js';
import {
  bearer,
  createdKey,
  createdLink,
  createdSite,
  eventsOf,
  registered,
  sent,
} from './support/real-tenants.js';
import { ask } from './support/ask.js';

// Where everybody has to sign in, questions are answered by a streaming replica, with the login that row level security holds.
let servers: ReplicatedPostgres;
let nats: TestNats;
let stack: Stack;
let apiUrl: string;
let replicaUrl: string;

/** The same login on the replica, which has the primary's roles. */
function onReplica(login: string): string {
  const [url, { host }] = [new URL(login), new URL(servers.replicaUrl)];
  url.host = host;
  return url.href;
}

beforeAll(async () => {
  servers = await startReplicatedPostgres();
  nats = await startNats();
  apiUrl = await ensureApiLogin(servers.url, 'test');
  replicaUrl = onReplica(apiUrl);
  stack = await startStack({
    env: {
      ...{ TIDEMARK_OPEN: 'false', TIDEMARK_SIGN_UP: 'open' },
      ...{ DATABASE_URL: servers.url, DATABASE_API_URL: apiUrl, DATABASE_REPLICA_URL: replicaUrl },
      ...{ NATS_URL: nats.url, NATS_MONITOR_URL: nats.monitorUrl },
    },
  });
});
afterAll(async () => {
  await stack?.stop();
  await nats?.stop();
  await servers?.stop();
});

test('a closed product answers from a replica, each tenant with its own', async () => {
  const [alpha, beta] = [await registered(stack, 'alpha'), await registered(stack, 'beta')];
  await createdSite(alpha, 'alpha-shop');
  await createdSite(beta, 'beta-shop');
  const key = await createdKey(alpha, 'PUBLIC', 'alpha-shop');
  const { receipt } = await sent(stack, key.secret, 'alpha-shop');
  expect(await eventsOf(alpha, 'alpha-shop', receipt)).toBe(1);
  expect(await eventsOf(beta, 'alpha-shop', receipt)).toBeUndefined();
  await waitFor(async () => JSON.stringify(await beta.field('{ sites { id } }')) === '[{"id":"beta-shop"}]', {
    message: 'the site of the other',
  });
  const secret = (await createdKey(alpha, 'SECRET', undefined, ['read'])).secret;
  expect((await ask(stack, '{ sites { id } }', {}, bearer(secret))).data).toEqual({
    sites: [{ id: 'alpha-shop' }],
  });
  const { token } = await createdLink(alpha, 'alpha-shop');
  expect((await ask(stack, '{ sites { id } }', {}, { 'tidemark-link': token })).data).toEqual({
    sites: [{ id: 'alpha-shop' }],
  });
  const replica = createPool(servers.replicaUrl, { max: 1 });
  const { rows } = await replica.query<{ login: string }>(
    `SELECT DISTINCT usename AS login FROM pg_stat_activity WHERE application_name = 'tidemark reads'`,
  );
  await replica.end();
  expect(rows).toEqual([{ login: 'tidemark_web' }]);
});

test('a login on the replica that passes the walls by is refused, and named', async () => {
  const primary = createPool(apiUrl, { max: 1 });
  const reads = await openReplica(servers.replicaUrl, primary, {});
  const refusal = requireWalls(reads, 'DATABASE_REPLICA_URL');
  await expect(refusal).rejects.toBeInstanceOf(StartupError);
  await expect(refusal).rejects.toThrow(/DATABASE_REPLICA_URL: the login "tidemark" is a superuser/);
  await reads.end();
  const walled = await openReplica(replicaUrl, primary, {});
  await expect(requireWalls(walled, 'DATABASE_REPLICA_URL')).resolves.toBeUndefined();
  await walled.end();
  await primary.end();
});
