import { expect } from 'vitest';
import type { WebSocket } from 'ws';

import { waitFor } from '../../../harness/wait-for.js';
import type { GraphqlInput, GraphqlLab } from './case.js';

const INIT = JSON.stringify({ type: 'connection_init' });
const subscribe = (query: string, id = '1'): string =>
  JSON.stringify({ type: 'subscribe', id, payload: { query } });

/** What is sent on a new socket, and the code that it is closed with. */
const closes = (
  no: number,
  name: string,
  messages: readonly (string | Buffer)[],
  code: number,
): GraphqlInput => ({
  no,
  name,
  run: async ({ socket, next }) => {
    const opened = await socket();
    for (const message of messages) opened.send(message);
    let answer = await next(opened);
    while (typeof answer !== 'number') answer = await next(opened);
    expect(answer).toBe(code);
  },
});

async function acknowledged({ socket, next }: GraphqlLab, of?: GraphqlLab['api']): Promise<WebSocket> {
  const opened = await socket(of);
  opened.send(INIT);
  expect(await next(opened)).toMatchObject({ type: 'connection_ack' });
  return opened;
}

/** An operation that is answered with this error and nothing else. */
const refuses = (no: number, name: string, query: string, code: string): GraphqlInput => ({
  no,
  name,
  run: async (lab) => {
    const opened = await acknowledged(lab);
    opened.send(subscribe(query));
    const answer = (await lab.next(opened)) as { type: string; payload: { extensions: { code: string } }[] };
    expect(answer.type).toBe('error');
    expect(answer.payload[0]?.extensions.code).toBe(code);
    expect(JSON.stringify(answer)).not.toContain('Did you mean');
    opened.close();
  },
});

const upgrades = (
  no: number,
  name: string,
  headers: (url: URL) => Record<string, string>,
  status: number,
  path = '/graphql',
): GraphqlInput => ({
  no,
  name,
  run: async ({ upgrade, api }) => {
    const started = performance.now();
    expect(await upgrade(path, headers(new URL(api.url)))).toBe(status);
    // At once, and not when the server's limits would end it.
    expect(performance.now() - started).toBeLessThan(3_000);
  },
});

export const sockets: readonly GraphqlInput[] = [
  upgrades(86, 'a page of another site', () => ({ origin: 'https://evil.example' }), 403),
  upgrades(86, 'a page of no site', () => ({ origin: 'null' }), 403),
  upgrades(86, 'no origin, but a cookie', () => ({ cookie: 'session=1' }), 403),
  upgrades(86, 'a program', () => ({}), 101),
  upgrades(86, 'a page of our own, with its cookie', ({ origin }) => ({ origin, cookie: 'session=1' }), 101),
  closes(87, 'no connection_init within 3 s', [], 4408),
  closes(87, 'connection_init twice', [INIT, INIT], 4429),
  closes(
    87,
    'a subscription before the acknowledgement',
    [subscribe('subscription { sitesChanged { id } }')],
    4401,
  ),
  closes(
    88,
    'a frame of more than 64 KB',
    [JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(66_000) } })],
    1009,
  ),
  closes(88, 'bad JSON', ['{'], 4400),
  closes(88, 'binary', [Buffer.from(INIT)], 4400),
  refuses(89, 'a query', '{ sites { id } }', 'BAD_REQUEST'),
  refuses(89, 'a mutation', 'mutation { __typename }', 'BAD_REQUEST'),
  refuses(
    89,
    'nine levels',
    `subscription { siteChanged(siteId: "shop") ${'{ a '.repeat(9)} ${'}'.repeat(9)} }`,
    'QUERY_TOO_DEEP',
  ),
  refuses(
    89,
    'what the schema is',
    'subscription { __schema { types { name } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ),
  {
    no: 90,
    name: 'the 51st subscription of a socket',
    run: async (lab) => {
      const opened = await acknowledged(lab);
      const errors: { id: string; payload: { extensions: { code: string } }[] }[] = [];
      opened.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { type: string; id: string; payload: never };
        if (message.type === 'error') errors.push(message);
      });
      for (let id = 1; id <= 51; id++)
        opened.send(subscribe('subscription { siteChanged(siteId: "nobody") { position } }', `${id}`));
      await waitFor(() => errors.length > 0);
      expect(errors).toMatchObject([
        { id: '51', payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }] },
      ]);
      opened.close();
    },
  },
  {
    no: 90,
    name: 'the 11th socket of a person, until one of the others is closed',
    run: async (lab) => {
      const open = [];
      for (let i = 0; i < 10; i++) open.push(await acknowledged(lab, lab.person));
      const eleventh = await lab.socket(lab.person);
      eleventh.send(INIT);
      expect(await lab.next(eleventh)).toBe(4429);
      open[0]?.close();
      expect(await lab.next(open[0] as WebSocket)).toBe(1005);
      open.push(await acknowledged(lab, lab.person));
      for (const each of open) each.close();
    },
  },
  upgrades(91, 'an upgrade to another address', () => ({}), 0, '/elsewhere'),
  upgrades(91, 'an upgrade to a door', () => ({}), 0, '/api/event'),
];
