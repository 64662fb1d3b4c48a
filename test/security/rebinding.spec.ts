import { request } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SENDERS_ADDRESSES } from '#ingest/doors.js';

import { GOOD } from '../e2e/support/ingest-app.js';
import { launchBrowser } from '../harness/browser.js';
import { startStack, type Stack } from '../harness/stack.js';

const EVIL = 'evil.example';
const SITES = JSON.stringify({ query: '{ sites { id } }' });

let open: Stack;
let closed: Stack;
beforeAll(async () => {
  open = await startStack({ web: true });
  closed = await startStack({ web: true, env: { TIDEMARK_OPEN: 'false' } });
});
afterAll(async () => {
  await open?.stop();
  await closed?.stop();
});

interface Sent {
  readonly stack: Stack;
  readonly host: string;
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As it goes over the wire: fetch writes the host by itself. */
function send(
  path: string,
  { stack, host, method, body, headers }: Sent,
): Promise<{ status?: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: new URL(stack.url).port,
        path,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { 'content-type': 'application/json', ...headers, host },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    call.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, body: '' });
    });
    call.on('error', reject).end(body);
  });
}

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'graphql-transport-ws',
};

describe('S24: where nobody signs in, a name of another site that leads here is answered nothing', () => {
  const asked: readonly [string, string?][] = [
    ['/'],
    ['/settings'],
    ['/t.js'],
    ['/graphql', SITES],
    ['/graphql?query=%7Bsites%7Bid%7D%7D'],
    ['/api/stats?siteId=shop&date=2026-01-31'],
    ['/api/refused'],
    ['/api/docs'],
    ['/api/docs-json'],
    ['/metrics'],
    ['/health/live'],
    ['/health/ready'],
  ];

  it.each(asked)('%s', async (path, body) => {
    const given = { stack: open, ...(body !== undefined && { body }) };
    for (const host of [EVIL, `${EVIL}:3000`, `localhost.${EVIL}`, `127.0.0.1.${EVIL}`, '192.168.1.7']) {
      const answer = await send(path, { ...given, host });
      expect(answer.status, host).toBe(421);
      expect(JSON.parse(answer.body)).toEqual({
        statusCode: 421,
        message: [expect.stringMatching(/^Host must be localhost .*TIDEMARK_OPEN=false$/)],
        error: 'Misdirected Request',
      });
    }
    for (const host of ['localhost:3000', '127.0.0.1', 'shop.localhost', '[::1]:3000'])
      expect((await send(path, { ...given, host })).status, host).not.toBe(421);
  });

  it('an address that is not there tells nothing either', async () => {
    const { status, body } = await send('/api/nothing', { stack: open, host: EVIL });
    expect([404, 421]).toContain(status);
    expect(body).not.toContain(EVIL);
  });

  it('S25: nor does a socket open, though its page is of the same name', async () => {
    const headers = { ...UPGRADE, origin: `http://${EVIL}:3000` };
    const { status, body } = await send('/graphql', { stack: open, host: `${EVIL}:3000`, headers });
    expect(status).toBe(421);
    expect(body).toContain('TIDEMARK_OPEN=false');
  });

  it('but events come in by any name, as they do from any page', async () => {
    const body = JSON.stringify(GOOD);
    expect((await send('/api/event', { stack: open, host: EVIL, body })).status).toBe(202);
    const headers = { origin: `http://${EVIL}` };
    expect((await send('/api/event', { stack: open, host: EVIL, body, headers })).status).toBe(202);
    for (const door of SENDERS_ADDRESSES)
      for (const method of ['GET', 'POST', 'OPTIONS'])
        expect((await send(door, { stack: open, host: EVIL, method })).status, door).not.toBe(421);
    expect(SENDERS_ADDRESSES).not.toContain('/graphql');
  });

  it('S25: in a real browser whose name server was changed in between', { timeout: 60_000 }, async () => {
    const browser = await launchBrowser([
      `--host-resolver-rules=MAP ${EVIL} 127.0.0.1`,
      // Newer browsers refuse it by themselves; not all are.
      '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights',
    ]);
    try {
      const page = await browser.newPage();
      const theirs = `http://${EVIL}:${new URL(open.url).port}`;
      // Their own server gave the page, before the name led here.
      await page.route(`${theirs}/`, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<p>hello' }),
      );
      await page.goto(`${theirs}/`);
      const got = await page.evaluate(
        `(async (body) => {
          const asked = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
          const socket = await new Promise((resolve) => {
            const socket = new WebSocket(location.origin.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
            socket.onopen = () => resolve('open');
            socket.onclose = () => resolve('closed');
          });
          return [asked.status, socket];
        })(${JSON.stringify(SITES)})`,
      );
      expect(got).toEqual([421, 'closed']);
    } finally {
      await browser.close();
    }
  });
});

it('S24: where somebody has to sign in every name is answered, since a cookie goes to its own alone', async () => {
  expect((await send('/', { stack: closed, host: EVIL, headers: { accept: 'text/html' } })).status).toBe(200);
  const { body } = await send('/graphql', { stack: closed, host: EVIL, body: SITES });
  expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
});

it('S24: but for what asks for no cookie there: metrics are for programs that come by a name of this machine', async () => {
  expect((await send('/metrics', { stack: closed, host: EVIL })).status).toBe(401);
  expect((await send('/metrics', { stack: closed, host: 'localhost:3000' })).status).toBe(200);
});
