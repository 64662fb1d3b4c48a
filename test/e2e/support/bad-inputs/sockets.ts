import { connect } from 'node:net';

import { expect } from 'vitest';

import { GOOD } from '../ingest-app.js';
import { json, type BadInput, type BadInputLab } from './case.js';

const HEAD = 'POST /api/event HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const within = (no: number, name: string, run: BadInput['run'] & {}): BadInput => ({
  no,
  name,
  run,
  slow: true,
});

/** What the HTTP parser refuses, in the one shape of our errors. */
const unparsed = (no: number, name: string, text: string, status: number): BadInput => ({
  no,
  name,
  run: async ({ raw }) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
      statusCode: status,
      message: [expect.any(String)],
    });
  },
});

const wrongMethod = (method: string): BadInput => ({
  no: 19,
  name: method,
  run: async ({ raw }) => {
    const answer = await raw(
      `${method} /api/event HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    expect(answer).toMatch(/^allow: POST, OPTIONS\r$/im);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toEqual({
      statusCode: 405,
      message: ['method must be POST or OPTIONS'],
      error: 'Method Not Allowed',
    });
  },
});

/** A request that comes a byte a second; the seconds until its connection is closed. */
function trickle({ product }: BadInputLab, text: string): Promise<number> {
  return new Promise((resolve) => {
    const started = performance.now();
    const socket = connect(Number(new URL(product.url).port), '127.0.0.1');
    let sent = 0;
    const timer = setInterval(() => socket.write(text.charAt(sent++)), 1_000);
    socket.on('error', () => undefined);
    socket.resume();
    socket.on('close', () => {
      clearInterval(timer);
      resolve((performance.now() - started) / 1000);
    });
  });
}

export const sockets: readonly BadInput[] = [
  within(15, 'a body that stops coming', async ({ raw, product }) => {
    const started = performance.now();
    const stalled = raw(`${HEAD}Content-Length: 500\r\n\r\n{`);
    // Nobody else waits for it.
    const beside = await fetch(`${product.url}/health/live`);
    expect(beside.status).toBe(200);
    expect(performance.now() - started).toBeLessThan(1_000);
    const answer = await stalled;
    expect((performance.now() - started) / 1000).toBeLessThan(10.5);
    expect(answer === '' || answer.startsWith('HTTP/1.1 408')).toBe(true);
  }),
  unparsed(
    16,
    'two lengths of one body',
    `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ),
  unparsed(16, 'no HTTP', 'GARBAGE\r\n\r\n', 400),
  within(17, 'headers of a byte a second', async (lab) => {
    expect(await trickle(lab, HEAD)).toBeLessThan(10.5);
  }),
  unparsed(18, '20 KB of headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431),
  unparsed(
    18,
    '200 headers of 100 bytes',
    `GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 200 }, (_, i) => `X-${i}: ${'a'.repeat(95)}\r\n`).join('')}\r\n`,
    431,
  ),
  {
    no: 18,
    // What headers cost is their bytes, which are bounded; their number alone is no harm.
    name: '200 headers of a byte',
    sent: { body: json, headers: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-${i}`, 'a'])) },
    answer: { status: 202 },
  },
  ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE']
    .filter((method) => method !== 'HEAD')
    .map(wrongMethod),
  {
    no: 20,
    name: 'any origin may send, and never with its cookies',
    run: async ({ product }) => {
      const door = `${product.url}/api/event`;
      const origin = 'https://anywhere.example';
      const preflight = await fetch(door, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      expect(preflight.status).toBe(204);
      const send = (body: string, from: string) =>
        fetch(door, { method: 'POST', body, headers: { origin: from } });
      const refused = await send('{', origin);
      expect(refused.status).toBe(400);
      for (const { headers } of [preflight, await send(json, 'null'), refused]) {
        expect(headers.get('access-control-allow-origin')).toBe('*');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
      const elsewhere = await fetch(`${product.url}/api/stats`, { headers: { origin } });
      expect(elsewhere.headers.get('access-control-allow-origin')).toBeNull();
    },
  },
  {
    no: 21,
    name: '100 pipelined requests are answered in order',
    run: async ({ raw }) => {
      const body = JSON.stringify({ ...GOOD, siteId: 'pipeline' });
      const requests = Array.from(
        { length: 100 },
        (_, i) =>
          `${HEAD}Content-Length: ${body.length}\r\nX-Request-Id: r${i}\r\n${i === 99 ? 'Connection: close\r\n' : ''}\r\n${body}`,
      );
      const answer = await raw(requests.join(''));
      const ids = [...answer.matchAll(/x-request-id: r(\d+)/g)].map((match) => Number(match[1]));
      expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => i));
      expect(answer.match(/HTTP\/1.1 202/g)).toHaveLength(100);
    },
  },
];
