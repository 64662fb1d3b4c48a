import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ask } from '../e2e/support/ask.js';
import { sendViews } from '../e2e/support/dashboard.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { runCommand, startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { startProductionNats, type ProductionNats } from './support/production-nats.js';

let nats: ProductionNats;
let database: TestDatabase;
let api: Stack;
let projector: Stack;

beforeAll(async () => {
  [nats, database] = await Promise.all([startProductionNats(), createDatabase()]);
  const role = (name: 'api' | 'projector') =>
    startStack({
      env: {
        TIDEMARK_ROLE: name,
        TIDEMARK_LOG_LEVEL: 'debug',
        NATS_URL: nats.url(name),
        NATS_MONITOR_URL: nats.monitorUrl,
        DATABASE_URL: database.url,
      },
    });
  api = await role('api');
  projector = await role('projector');
});
afterAll(async () => {
  await projector?.stop();
  await api?.stop();
  await nats?.stop();
  await database?.drop();
});

const denied = () =>
  nats
    .log()
    .split('\n')
    .filter((line) => /Violation|authorization error/i.test(line));

describe('S50: the rights of the production set-up are enough', () => {
  test('events are counted, settings changed and shown, and both roles are ready', async () => {
    await sendViews(api.url, 'shop', '/a', '/b');
    const cookieless = await fetch(`${api.url}/api/event`, {
      method: 'POST',
      body: JSON.stringify({
        siteId: 'shop',
        eventType: 'page_view',
        path: '/c',
        timestamp: new Date().toISOString(),
        cookieless: true,
      }),
    });
    expect(cookieless.status).toBe(202);
    const changed = await ask(api, 'mutation { renameSite(siteId: "shop", name: "Shop") { receipt } }');
    const receipt = (changed.data?.['renameSite'] as { receipt: string }).receipt;
    const day = new Date().toISOString().slice(0, 10);
    const query = `query ($receipt: String!) @waitFor(receipt: $receipt, seconds: 20) { site(id: "shop") { name
      totals(range: {from: "${day}", to: "${day}"}) { current { pageViews } } } }`;
    await waitFor(async () => {
      const { data } = await ask(api, query, { receipt });
      const site = data?.['site'] as { name: string; totals: { current: { pageViews: number } } } | null;
      return site?.name === 'Shop' && site.totals.current.pageViews === 3;
    });
    for (const { url } of [api, projector])
      await waitFor(async () => (await fetch(`${url}/health/ready`)).status === 200);
  });

  test('an explanation, a verification and a rebuild read the log', async () => {
    const rebuilt = await runCommand(projector.dataDir, 'replay');
    expect(rebuilt.stderr + rebuilt.stdout).not.toMatch(/permission/i);
    expect(rebuilt.code).toBe(0);
    const verified = await runCommand(projector.dataDir, 'verify');
    expect(verified.code, verified.stderr).toBe(0);
  });

  test('and nothing was refused on the way', () => {
    expect(denied()).toEqual([]);
    expect(api.output() + projector.output()).not.toMatch(/violation/i);
  });
});

describe('S50: and no more than that', () => {
  const ALIKE = [
    '$JS.API.STREAM.DELETE.EVENTS_0',
    '$JS.API.STREAM.PURGE.EVENTS_0',
    '$JS.API.STREAM.UPDATE.EVENTS_0',
    '$JS.API.STREAM.MSG.DELETE.EVENTS_0',
    '$JS.API.STREAM.DELETE.WORKSPACE',
    '$JS.API.STREAM.PURGE.WORKSPACE',
    '$JS.API.STREAM.MSG.DELETE.WORKSPACE',
    '$JS.API.STREAM.RESTORE.EVENTS_0',
    '$JS.API.STREAM.SNAPSHOT.EVENTS_0',
    '$JS.API.ACCOUNT.PURGE.$G',
    '$JS.API.SERVER.REMOVE',
    '$SYS.REQ.SERVER.PING',
    'anything.else',
  ];
  const FORBIDDEN: readonly (readonly ['api' | 'projector', string])[] = [
    ...ALIKE.map((subject) => ['api', subject] as const),
    ...[
      ...ALIKE,
      'events.0',
      'workspace.site.shop',
      'workspace.log.partitions',
      'salts.2026-01-01',
      'tidemark.refused',
      '$JS.API.STREAM.CREATE.MINE',
    ].map((subject) => ['projector', subject] as const),
    ['api', 'tidemark.changed.0'],
  ];

  test.each(FORBIDDEN)('%s may not publish to %s', async (user, subject) => {
    const connection = await connected(user);
    const before = denied().length;
    const answer = await connection.request(subject, '{}', { timeout: 2_000 }).then(
      (message) => message.string(),
      (error: unknown) => error as Error,
    );
    expect(answer).toBeInstanceOf(Error);
    await waitFor(
      () =>
        denied()
          .slice(before)
          .some((line) => line.includes(subject)),
      {
        message: () => `a refusal of ${subject} in the log of the server`,
      },
    );
    await connection.close();
  });

  test.each(['api', 'projector'] as const)('%s may not listen to what others append', async (user) => {
    const connection = await connected(user);
    const before = denied().length;
    for (const subject of ['>', 'events.*', '$JS.>'])
      connection.subscribe(subject, { callback: () => undefined });
    await waitFor(() => denied().length >= before + 3);
    await connection.close();
  });

  test.each([
    ['nobody', {}],
    ['a wrong password', { user: 'api', pass: 'api' }],
    ['an unknown user', { user: 'admin', pass: '' }],
  ])('%s is not let in', async (_who, given) => {
    await expect(connect({ servers: `127.0.0.1:${nats.port}`, reconnect: false, ...given })).rejects.toThrow(
      /authorization/i,
    );
  });

  test('and the log is as it was', async () => {
    const streams = (await (await fetch(`${nats.monitorUrl}/jsz?streams=true`)).json()) as {
      account_details: { stream_detail: { name: string; state: { messages: number } }[] }[];
    };
    const held = streams.account_details.flatMap((account) => account.stream_detail);
    expect(held.map(({ name }) => name).sort()).toEqual([
      'EVENTS_0',
      'EVENTS_1',
      'EVENTS_2',
      'EVENTS_3',
      'PROBE',
      'SALTS',
      'WORKSPACE',
    ]);
    const events = held.filter(({ name }) => name.startsWith('EVENTS_'));
    expect(events.reduce((sum, { state }) => sum + state.messages, 0)).toBeGreaterThan(0);
  });

  function connected(user: 'api' | 'projector'): Promise<NatsConnection> {
    const { username, password, host } = new URL(nats.url(user).replace('nats:', 'http:'));
    return connect({ servers: host, user: username, pass: password, reconnect: false });
  }
});

test(
  'S50: a projector that comes before the log is made says what is missing, and ends',
  { timeout: 60_000 },
  async () => {
    const empty = await startProductionNats();
    const started = startStack({
      env: {
        TIDEMARK_ROLE: 'projector',
        NATS_URL: empty.url('projector'),
        NATS_MONITOR_URL: empty.monitorUrl,
        DATABASE_URL: database.url,
      },
    });
    await expect(started).rejects.toThrow(/may not make the stream WORKSPACE.*start role api/s);
    await empty.stop();
  },
);
