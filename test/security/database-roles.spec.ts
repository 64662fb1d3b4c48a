import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { GOOD_PASSWORD, joined, signedIn } from '../e2e/accounts/person.js';
import { GOOD, post } from '../e2e/support/ingest-app.js';
import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { type ProductionNats, startProductionNats } from './support/production-nats.js';
import { makeProductionRoles, type ProductionRoles } from './support/production-roles.js';

const ADMIN = 'ada@example.org';

let roles: ProductionRoles;
let nats: ProductionNats;
let api: Stack;
let projector: Stack;
// Closed, in two processes, each with the logins that docker-compose.yml gives it.
beforeAll(async () => {
  roles = await makeProductionRoles();
  nats = await startProductionNats();
  const env = {
    TIDEMARK_OPEN: 'false',
    DATABASE_URL: roles.url('tidemark_owner'),
    NATS_MONITOR_URL: nats.monitorUrl,
  };
  api = await startStack({
    env: {
      ...env,
      TIDEMARK_ROLE: 'api',
      NATS_URL: nats.url('api'),
      DATABASE_API_URL: roles.url('tidemark_web'),
      TIDEMARK_SECRET: 'a secret of a test, of at least 32 characters',
      TIDEMARK_ADMIN_EMAIL: ADMIN,
      TIDEMARK_ADMIN_PASSWORD: GOOD_PASSWORD,
    },
  });
  projector = await startStack({
    env: { ...env, TIDEMARK_ROLE: 'projector', NATS_URL: nats.url('projector') },
  });
});
afterAll(async () => {
  await projector?.stop();
  await api?.stop();
  await nats?.stop();
  await roles?.drop();
});

test('S52: the roles of the production set-up can do what the product needs', async () => {
  const owner = await signedIn(api, ADMIN);
  await owner.field('mutation { createSite(siteId: "shop", name: "Shop") { receipt } }');
  const { secret } = await owner.field<{ secret: string }>(
    'mutation { createKey(siteId: "shop", name: "server", kind: SECRET, scopes: ["write"]) { secret } }',
  );
  const headers = { authorization: `Bearer ${secret}` };
  expect((await post(`${api.url}/api/event`, GOOD, { headers })).status).toBe(202);
  expect((await post(`${api.url}/api/event`, GOOD)).status).toBe(401);
  const figures =
    '{ site(id: "shop") { totals(range: {from: "2026-01-31", to: "2026-01-31"}) { current { events } } } }';
  await waitFor(async () => JSON.stringify(await owner.ask(figures)).includes('"events":1'));
  const viewer = await joined(owner, 'bob@example.org', 'viewer');
  expect(JSON.stringify(await viewer.ask(figures))).toContain('"events":1');
  await owner.field('mutation { createShareLink(siteId: "shop", name: "all") { url } }');
  await owner.field('{ organizationTrail(first: 10) { __typename } }');
  // What keys were used for is written at the end, if not before; rights are given anew at the start.
  await api.restart();
  expect(await owner.field('{ keys(siteId: "shop") { lastUsedAt } }')).toEqual([
    { lastUsedAt: expect.any(String) as string },
  ]);
  expect((await owner.auth('sign-out')).status).toBe(200);
  for (const { url } of [api, projector])
    await waitFor(async () => (await fetch(`${url}/health/ready`)).status === 200);
  const refused = nats
    .log()
    .split('\n')
    .filter((line) => /Violation|authorization error/i.test(line));
  expect(refused).toEqual([]);
  expect(api.output() + projector.output()).not.toMatch(/permission denied|violation/i);
});

test.each(['tidemark_owner', 'tidemark_web'] as const)('S52: %s is no superuser', async (login) => {
  const client = new pg.Client({ connectionString: roles.url(login) });
  await client.connect();
  for (const statement of [
    'CREATE ROLE mine SUPERUSER',
    'CREATE DATABASE mine',
    'ALTER ROLE tidemark_web BYPASSRLS',
    'ALTER SYSTEM SET fsync = off',
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    'SELECT pg_reload_conf()',
    ...(login === 'tidemark_web'
      ? [
          'SET ROLE tidemark_owner',
          'DROP TABLE site',
          'DELETE FROM ledger_0',
          'CREATE TABLE mine (a int)',
          'CREATE TABLE auth.mine (a int)',
        ]
      : []),
  ])
    await expect(client.query(roles.own(statement)), `${login}: ${statement}`).rejects.toThrow(
      /permission|must be|owner|denied/i,
    );
  await client.end();
});
