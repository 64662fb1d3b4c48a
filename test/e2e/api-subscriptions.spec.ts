import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createClient } from 'graphql-ws';
import { connect } from 'node:net';
import { WebSocket } from 'ws';

import { createDatabase, type TestDatabase } from '../harness/database.js';
import { type ApiApp, startApi } from './support/api-app.js';
import { ReadModels, type SiteRows } from './support/read-models.js';

let database: TestDatabase;
let api: ApiApp;
let production: ApiApp;
let models: ReadModels;

const filled = (views: number): SiteRows => ({ daily: [['2026-05-17', views, views, views]] });

beforeAll(async () => {
  database = await createDatabase();
  api = await startApi(database.url);
  production = await startApi(database.url, { production: true });
  models = new ReadModels(api.pool);
  await models.partitions(1);
  await models.site('shop');
  await models.serve(await models.build({ shop: filled(1) }, 5));
});

afterAll(async () => {
  await api.close();
  await production.close();
  await database.drop();
});

const address = (of: ApiApp) => `${of.url.replace('http', 'ws')}/graphql`;
const CHANGES = `subscription ($site: ID!) { siteChanged(siteId: $site) { position site { id totals(range: {from: "2026-05-17", to: "2026-05-17"}) { current { pageViews } } } } }`;

interface Push {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; extensions: Record<string, unknown> }[];
}

function subscribe(client: Client, query: string, variables: Record<string, unknown> = {}) {
  return client.iterate<Record<string, unknown>>({ query, variables }) as AsyncIterableIterator<Push>;
}

async function withClient(work: (client: Client) => Promise<void>, of = api): Promise<void> {
  const client = createClient({ url: address(of), webSocketImpl: WebSocket, retryAttempts: 0, lazy: true });
  try {
    await work(client);
  } finally {
    await client.dispose();
  }
}

const views = (push: IteratorResult<Push>): unknown => {
  const change = (push.value as Push).data?.['siteChanged'] as
    { site: { totals: { current: { pageViews: number } } } } | undefined;
  return change?.site.totals.current.pageViews;
};
const setViews = (count: number) => api.pool.query('UPDATE daily_aggregates_g1 SET page_views = $1', [count]);

describe('siteChanged', () => {
  test('pushes at once, then after each change, from a fresh snapshot, well within half a second', async () => {
    await withClient(async (client) => {
      const pushes = subscribe(client, CHANGES, { site: 'shop' });
      const first = await pushes.next();
      expect(first.value).toMatchObject({
        data: { siteChanged: { position: '0:5', site: { id: 'shop' } } },
        extensions: { position: '0:5' },
      });
      expect(views(first)).toBe(1);
      for (const count of [2, 3, 4]) {
        await setViews(count);
        const start = performance.now();
        api.feed.notify('shop');
        expect(views(await pushes.next())).toBe(count);
        expect(performance.now() - start).toBeLessThan(450);
      }
      await pushes.return?.();
      await expect.poll(() => api.feed.watchers('shop')).toBe(0);
    });
  });

  test('many changes become few pushes, and the last one shows the last figure', async () => {
    await withClient(async (client) => {
      const pushes = subscribe(client, CHANGES, { site: 'shop' });
      await pushes.next();
      const start = performance.now();
      for (let count = 10; count <= 200; count++) {
        await setViews(count);
        api.feed.notify('shop');
      }
      let received = 0;
      for (;;) {
        received++;
        if (views(await pushes.next()) === 200) break;
      }
      const seconds = (performance.now() - start) / 1000;
      expect(received).toBeLessThanOrEqual(Math.ceil(seconds * 5) + 1);
    });
  });

  test('pushes when another generation is switched in', async () => {
    await withClient(async (client) => {
      const pushes = subscribe(client, CHANGES, { site: 'shop' });
      await pushes.next();
      await models.serve(await models.build({ shop: filled(777) }, 6));
      let seen: unknown;
      while (seen !== 777) seen = views(await pushes.next());
    });
  });

  test('waits for a site that has no events yet', async () => {
    await withClient(async (client) => {
      const pushes = subscribe(client, CHANGES, { site: 'newcomer' });
      const list = subscribe(client, 'subscription { sitesChanged { id } }');
      expect((await list.next()).value).toMatchObject({ data: { sitesChanged: [{ id: 'shop' }] } });
      const first = pushes.next();
      await expect.poll(() => api.feed.watchers('newcomer')).toBe(1);
      await models.site('newcomer');
      const start = performance.now();
      api.feed.notify('newcomer');
      expect((await first).value).toMatchObject({ data: { siteChanged: { site: { id: 'newcomer' } } } });
      expect(performance.now() - start).toBeLessThan(450);
      expect((await list.next()).value).toMatchObject({
        data: { sitesChanged: [{ id: 'newcomer' }, { id: 'shop' }] },
      });
    });
  });
});

describe('what a socket may do', () => {
  const refused = async (query: string, code: string, of = api) => {
    await withClient(async (client) => {
      const errors: unknown = await subscribe(client, query)
        .next()
        .then(
          (push) => (push.value as Push).errors,
          (error: unknown) => error,
        );
      expect(
        (errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code),
      ).toContain(code);
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
    }, of);
  };
  const deep = `subscription { siteChanged(siteId: "shop") ${'{ a '.repeat(9)} ${'}'.repeat(9)} }`;

  test.each([
    ['a query', '{ sites { id } }', 'BAD_REQUEST'],
    ['a mutation', 'mutation { __typename }', 'BAD_REQUEST'],
    ['nine levels', deep, 'QUERY_TOO_DEEP'],
    ['2,001 tokens', `subscription { ${'a '.repeat(2000)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { siteChange { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a bad site ID', 'subscription { siteChanged(siteId: "a b") { position } }', 'BAD_USER_INPUT'],
  ])('%s is an error, not executed', (_name, query, code) => refused(query, code));

  test('introspection in production is an error', () =>
    refused('subscription { __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED', production));

  test('at most 50 subscriptions', async () => {
    await withClient(async (client) => {
      const open = Array.from({ length: 50 }, () => subscribe(client, CHANGES, { site: 'nobody' }));
      void open.map((pushes) => pushes.next());
      await expect.poll(() => api.feed.watchers('nobody')).toBe(50);
      const error: unknown = await subscribe(client, CHANGES, { site: 'shop' })
        .next()
        .catch((e: unknown) => e);
      expect(error).toMatchObject([{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }]);
    });
    await expect.poll(() => api.feed.watchers('nobody')).toBe(0);
  });
});

describe('the socket itself', () => {
  const open = (headers: Record<string, string> = {}, protocol = 'graphql-transport-ws') =>
    new WebSocket(address(api), protocol, { headers });
  const closed = (socket: WebSocket) =>
    new Promise<number>((resolve) => {
      socket.on('error', () => undefined);
      socket.on('close', resolve);
    });
  const opened = async (headers: Record<string, string> = {}) => {
    const socket = open(headers);
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    return socket;
  };
  const init = JSON.stringify({ type: 'connection_init' });
  const subscription = JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ a }' } });

  test.each([
    ['no connection_init in 3 s', [], 4408],
    ['connection_init twice', [init, init], 4429],
    ['a subscription before it', [subscription], 4401],
    ['bad JSON', ['{'], 4400],
    ['binary', [Buffer.from(init)], 4400],
    ['a frame over 64 KB', [JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(66_000) } })], 1009],
  ])('%s closes it', async (_name, messages, code) => {
    const socket = await opened();
    const end = closed(socket);
    for (const message of messages) socket.send(message);
    expect(await end).toBe(code);
  });

  test('pages of another origin are refused, programs and our own pages are not', async () => {
    const status = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve) => {
        const socket = open(headers);
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
        socket.on('open', () => {
          socket.close();
          resolve(101);
        });
      });
    expect(await status({})).toBe(101);
    expect(await status({ origin: api.url })).toBe(101);
    expect(await status({ origin: api.url.replace('127.0.0.1', 'localhost') })).toBe(101);
    // Of a development server that stands in front, with the name that it is reached by.
    const inFront = { origin: 'http://localhost:5173', host: 'localhost:5173' };
    expect(await status(inFront)).toBe(101);
    expect(await status({ origin: inFront.origin })).toBe(403);
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ origin: api.url, host: 'evil.example' })).toBe(403);
  });

  test('an upgrade to another path is cut at once', async () => {
    const { port } = new URL(api.url);
    const socket = connect(Number(port), '127.0.0.1');
    const end = new Promise((resolve) =>
      socket.on('close', () => resolve('closed')).on('error', () => undefined),
    );
    socket.write(
      'GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    expect(await end).toBe('closed');
  });

  test('a closing server closes its sockets and does not wait for them', async () => {
    const leaving = await startApi(database.url);
    const socket = new WebSocket(address(leaving), 'graphql-transport-ws');
    await new Promise((resolve) => socket.on('open', resolve));
    const end = closed(socket);
    const start = performance.now();
    await leaving.close();
    expect(await end).toBe(1001);
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  test('a closing server says that it goes away, and not that a subscription is complete', async () => {
    const leaving = await startApi(database.url);
    await withClient(async (client) => {
      const pushes = subscribe(client, 'subscription { sitesChanged { id } }');
      await pushes.next();
      const end = expect(pushes.next()).rejects.toMatchObject({ code: 1001 });
      await leaving.close();
      await end;
    }, leaving);
  });
});
