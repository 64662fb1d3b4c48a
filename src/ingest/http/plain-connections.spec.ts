import { Duplex } from 'node:stream';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { createDoorServer } from './plain-connections.js';

/** A connection whose other side reads only when told to. */
class SlowSide extends Duplex {
  readonly timeout = 0;
  received = '';
  private readonly unread: (() => void)[] = [];

  constructor(readonly remoteAddress?: string) {
    super({ writableHighWaterMark: 1_000, allowHalfOpen: true });
  }

  override _read(): void {
    // Pushed by the test.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.received += chunk.toString();
    this.unread.push(done);
  }

  readsAll(): void {
    for (const done of this.unread.splice(0)) done();
  }

  setTimeout(): void {
    // Nothing here is late.
  }
}

const server = createDoorServer(
  {},
  () => undefined,
  () => (exchange) => {
    exchange.answer(202, '', 'x'.repeat(400));
    // What fails behind an answer has no second one.
    exchange.answer(500, '', '');
    exchange.decline();
  },
);
const call =
  'POST /api/event HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
// A server that does not listen is one that closes.
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

it('does not read from a sender that does not read its answers', async () => {
  const socket = new SlowSide('127.0.0.1');
  server.emit('connection', socket);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const call =
    'POST /api/event HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
  let calls = 0;
  for (; calls < 20 && !socket.isPaused(); calls++) {
    socket.push(call);
    await turn();
  }
  expect(socket.isPaused()).toBe(true);
  expect(socket.writableLength).toBeLessThan(2_000);
  for (let left = calls; left > 0; left--) {
    socket.readsAll();
    await turn();
  }
  expect(socket.isPaused()).toBe(false);
  socket.push(call);
  await turn();
  socket.readsAll();
  await turn();
  expect(socket.received.split('HTTP/1.1 202').length - 1).toBe(calls + 1);
});

it('answers a request once', async () => {
  const socket = new SlowSide('127.0.0.1');
  server.emit('connection', socket);
  socket.push(call);
  await turn();
  socket.readsAll();
  await turn();
  expect(socket.received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 202']);
});

it('reads nothing of a connection that was reset: nobody would know whose it is', async () => {
  const socket = new SlowSide();
  server.emit('connection', socket);
  socket.push(call);
  await turn();
  expect(socket.destroyed).toBe(true);
  expect(socket.received).toBe('');
});
