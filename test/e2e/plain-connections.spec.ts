import { connect, type Socket } from 'node:net';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { waitFor } from '../harness/wait-for.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';

// A connection is read by ourselves until something else than a plain event comes on it; Node writes `Date`, and we `date`.
const PLAIN = /^HTTP\/1\.1 202 .*^date: /ms;
const BY_NODE = /^HTTP\/1\.1 202 .*^Date: /ms;

let ingest: IngestApp;
const sockets = new Set<Socket>();
beforeAll(async () => {
  ingest = await startIngest();
  // The site is there.
  await post(`${ingest.url}/api/event`, GOOD);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await ingest?.stop();
});

const body = JSON.stringify(GOOD);
const head = `POST /api/event HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
const HEALTH = 'GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n';

class Client {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  private text = '';

  constructor(url = ingest.url) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
    sockets.add(this.socket);
    this.socket.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
    this.socket.on('end', () => this.socket.end());
  }

  /** In packets of their own. */
  async send(...pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      this.socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** The next answers. */
  async answers(count = 1): Promise<string> {
    await waitFor(() => this.text.split('HTTP/1.1 ').length === count + 1 && /[}\]]$/.test(this.text));
    const { text } = this;
    this.text = '';
    return text;
  }
}

it('one event after the other, then something else, then events again', async () => {
  const client = new Client();
  for (let call = 0; call < 3; call++) {
    await client.send(head + body);
    expect(await client.answers()).toMatch(PLAIN);
  }
  await client.send(HEALTH);
  expect(await client.answers()).toMatch(/^HTTP\/1\.1 200 /);
  await client.send(head + body);
  expect(await client.answers()).toMatch(BY_NODE);
});

const withBody = (text: string): string => head.replace(/\d+\r\n\r\n$/, `${text.length}\r\n\r\n`) + text;

it('an event that is refused is told why, and what comes behind it is stored', async () => {
  const client = new Client();
  await client.send(withBody(JSON.stringify({ ...GOOD, path: 'pricing' })));
  const answer = await client.answers();
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ statusCode: 400 });
  await client.send(head + body);
  expect(await client.answers()).toMatch(PLAIN);
});

it('what is no event is told so by the general way', async () => {
  const client = new Client();
  await client.send(withBody('{"siteId":'));
  expect(await client.answers()).toMatch(/^HTTP\/1\.1 400 .*^Date: .*body is not valid JSON/ms);
});

it.each([
  ['a head and its body', [head, body], PLAIN],
  ['a body in two pieces', [head + body.slice(0, 9), body.slice(9)], PLAIN],
  ['a body in three pieces', [head, body.slice(0, 9), body.slice(9)], BY_NODE],
  ['a head in two pieces', [head.slice(0, 40), head.slice(40) + body], BY_NODE],
] as const)('in packets of their own: %s', async (_name, pieces, by) => {
  const client = new Client();
  await client.send(...pieces);
  expect(await client.answers()).toMatch(by);
});

it('the rest of a body that comes late is waited for', async () => {
  const client = new Client();
  await client.send(head);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await client.send(body);
  expect(await client.answers()).toMatch(BY_NODE);
});

it('calls that come while one is being answered are answered behind it, in their order', async () => {
  const client = new Client();
  const named = (id: string): string => head.replace('host: a', `host: a\r\nx-request-id: ${id}`) + body;
  await ingest.nats.kill('SIGSTOP');
  await client.send(named('r1'), named('r2'), HEALTH, named('r3') + named('r4'));
  await ingest.nats.kill('SIGCONT');
  const text = await client.answers(5);
  expect([...text.matchAll(/^x-request-id: (r\d)/gim)].map(([, id]) => id)).toEqual(['r1', 'r2', 'r3', 'r4']);
});

it('who ends its side behind the event still gets the answer', async () => {
  const client = new Client();
  await ingest.nats.kill('SIGSTOP');
  client.socket.end(head + body);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await ingest.nats.kill('SIGCONT');
  expect(await client.answers()).toMatch(/^HTTP\/1\.1 202 .*^connection: close\r$/ms);
  await client.closed;
});

it('who sends two events and ends its side while the first is being answered has both stored', async () => {
  const before = (await ingest.stored()).length;
  const client = new Client();
  await ingest.nats.kill('SIGSTOP');
  await client.send(head + body, head + body);
  client.socket.end();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await ingest.nats.kill('SIGCONT');
  await waitFor(async () => (await ingest.stored()).length === before + 2);
});

it('an event is stored though its sender left before the answer', async () => {
  const before = (await ingest.stored()).length;
  const client = new Client();
  await ingest.nats.kill('SIGSTOP');
  await client.send(head + body);
  client.socket.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await ingest.nats.kill('SIGCONT');
  await waitFor(async () => (await ingest.stored()).length === before + 1);
});

it('idle connections end with the server', async () => {
  const closing = await startIngest();
  const [plain, general, silent] = [0, 1, 2].map(() => new Client(closing.url)) as [Client, Client, Client];
  await plain.send(head + body);
  await plain.answers();
  await general.send(HEALTH);
  await general.answers();
  const started = performance.now();
  await Promise.all([closing.app.close(), plain.closed, general.closed, silent.closed]);
  expect(performance.now() - started).toBeLessThan(7_000);
  await closing.stop();
});

it('a server that closes does not wait for what never comes', async () => {
  const closing = await startIngest();
  const clients = [head + body.slice(0, 9), head.slice(0, 40), HEALTH.slice(0, 20)].map(async (begun) => {
    const client = new Client(closing.url);
    await client.send(begun);
    return client;
  });
  const stalled = await Promise.all(clients);
  const started = performance.now();
  await Promise.all([closing.app.close(), ...stalled.map(({ closed }) => closed)]);
  expect(performance.now() - started).toBeLessThan(8_000);
  await closing.stop();
}, 15_000);

it('a connection on which nothing comes is closed', async () => {
  const client = new Client();
  const started = performance.now();
  await client.closed;
  expect(performance.now() - started).toBeLessThan(10_000);
}, 15_000);
