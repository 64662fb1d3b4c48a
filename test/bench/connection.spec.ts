import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { Connection, postOf, type Answer } from './connection.js';

let stop: (() => void) | undefined;
afterEach(() => stop?.());

/** A server that does with each request as it is told. */
async function asking(onRequest: (socket: Socket, request: string) => unknown) {
  const server = createServer((socket) => {
    socket.setNoDelay();
    socket.on('data', (bytes) => void onRequest(socket, bytes.toString()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/event`);
  const answers: Answer[] = [];
  let lost = 0;
  const connection = await new Promise<Connection>((resolve) => {
    const opened: Connection = new Connection(url, {
      open: () => resolve(opened),
      answered: (answer) => void answers.push(answer),
      lost: () => void lost++,
    });
  });
  stop = () => {
    connection.close();
    server.close();
  };
  return { connection, request: postOf(url, '{"ä":1}'), answers, lost: () => lost };
}

it('reads an answer however it is split, and the next one after it', async () => {
  const answer = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 6\r\n\r\n{"a":1';
  const { connection, request, answers } = await asking(async (socket, asked) => {
    expect(asked).toBe(
      `POST /api/event HTTP/1.1\r\nHost: 127.0.0.1:${socket.localPort}\r\nConnection: keep-alive\r\n` +
        'Content-Type: application/json\r\nContent-Length: 8\r\n\r\n{"ä":1}',
    );
    for (const byte of answer) {
      socket.write(byte);
      await pause(1);
    }
  });
  for (const count of [1, 2]) {
    connection.send(request);
    await expect.poll(() => answers.length).toBe(count);
  }
  expect(answers.map(({ status }) => status)).toEqual([503, 503]);
  expect(answers[0]?.head).toMatch(/\r\nRetry-After: 2\r\n/);
});

it('says that it was lost, once, and not when it is closed on this side', async () => {
  const { connection, request, answers, lost } = await asking((socket) => socket.destroy());
  connection.send(request);
  await expect.poll(lost).toBe(1);
  const closed = await asking(() => undefined);
  closed.connection.close();
  await pause(50);
  expect([answers.length, lost(), closed.lost()]).toEqual([0, 1, 0]);
});
