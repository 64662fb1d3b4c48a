import { once } from 'node:events';
import { STATUS_CODES } from 'node:http';
import { connect } from 'node:net';

import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import type { Person } from '#access/actor.js';

import { type ApiApp, startApi } from '../e2e/support/api-app.js';
import { ReadModels } from '../e2e/support/read-models.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import type { GraphqlInput, GraphqlLab } from './support/graphql-inputs/case.js';
import { http } from './support/graphql-inputs/http.js';
import { sockets } from './support/graphql-inputs/sockets.js';

const PERSON: Person = {
  kind: 'person',
  userId: 'ada',
  sessionId: 's',
  expiresAt: Date.UTC(2100, 0),
  operator: true,
  organizationId: 'o',
  role: 'owner',
};

let database: TestDatabase;
let api: ApiApp;
let person: ApiApp;

beforeAll(async () => {
  database = await createDatabase();
  api = await startApi(database.url, { production: true });
  person = await startApi(database.url, { production: true, actor: PERSON });
  const models = new ReadModels(api.pool);
  await models.partitions(1);
  await models.site('shop');
  await models.serve(await models.build({ shop: { daily: [['2026-05-17', 1, 1, 1]] } }, 1));
});
afterAll(async () => {
  await api?.close();
  await person?.close();
  await database?.drop();
});

const lab: GraphqlLab = {
  get api() {
    return api;
  },
  get person() {
    return person;
  },
  socket: async (of = api, headers = {}) => {
    const socket = new WebSocket(`${of.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers,
    });
    const failed = once(socket, 'error').then(([error]) => {
      throw error;
    });
    failed.catch(() => undefined);
    await Promise.race([once(socket, 'open'), failed]);
    return socket;
  },
  next: (socket) =>
    new Promise((resolve) => {
      socket.once('message', (data: Buffer) =>
        resolve(JSON.parse(data.toString()) as Record<string, unknown>),
      );
      socket.once('close', resolve);
    }),
  upgrade: (path, headers) =>
    new Promise((resolve) => {
      const { port, host } = new URL(api.url);
      const lines = {
        host,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': 'graphql-transport-ws',
        ...headers,
      };
      const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(`GET ${path} HTTP/1.1\r\n${head.join('')}\r\n`),
      );
      socket.once('data', (data) => {
        resolve(Number(/^HTTP\/1.1 (\d+)/.exec(String(data))?.[1]));
        socket.destroy();
      });
      socket.once('close', () => resolve(0));
      socket.on('error', () => undefined);
    }),
};

async function check({ sent, answer, run, within }: GraphqlInput): Promise<void> {
  if (run) return run(lab);
  if (!sent || !answer) throw new Error('neither a request with its answer nor something to run');
  const { method = 'POST', search = '', body, headers = {} } = sent;
  const started = performance.now();
  const response = await fetch(`${api.url}/graphql${search}`, {
    method,
    headers: { ...(method !== 'GET' && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(performance.now() - started).toBeLessThan(within ?? 5_000);
  expect(response.status, text).toBe(answer.status);
  expect(response.headers.get('content-type'), text).toMatch(/^application\/(json|graphql-response\+json)/);
  const { errors } = JSON.parse(text) as { errors?: { message: string; extensions: { code: string } }[] };
  expect(errors?.[0]?.extensions.code, text).toBe(answer.code);
  if (answer.code === undefined && (answer.status !== 200 || answer.message !== undefined))
    expect(JSON.parse(text)).toEqual({
      statusCode: answer.status,
      message: [answer.message],
      error: STATUS_CODES[answer.status],
    });
  if (answer.says) expect(text).toMatch(answer.says);
  expect(text).not.toMatch(/node_modules|\bat \w+ \(/);
}

const all = [...http, ...sockets].map((input) => ({ ...input, title: `input ${input.no}: ${input.name}` }));

it('has every input of the catalogue that GraphQL may get', () => {
  const numbers = new Set(all.map(({ no }) => no));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 22 }, (_, i) => i + 70));
});

it.each(all)('$title', { timeout: 60_000 }, check);

it("S46: nobody's objects have changed, and the product serves", async () => {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect((await api.pool.query('SELECT count(*)::int AS sites FROM site')).rows).toEqual([{ sites: 1 }]);
});
