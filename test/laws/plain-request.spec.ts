import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { readPlainRequest } from '#ingest/http/plain-request.js';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What Node's own HTTP parser makes of the bytes: its requests, and whether it refused any of them. */
let seen: Seen[] = [];
let refused = 0;
let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') });
      response.end();
    });
  });
  server.on('clientError', (_error, socket) => {
    refused++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

async function byNode(bytes: Buffer): Promise<{ requests: readonly Seen[]; refused: number }> {
  seen = [];
  refused = 0;
  await new Promise<void>((resolve) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.resume();
    socket.end(bytes);
  });
  return { requests: seen, refused };
}

const BODY = '{"siteId":"shop","eventType":"page_view","path":"/"}';
const START = 'POST /api/event HTTP/1.1\r\n';
const LINES = [
  'host: a.example',
  'content-type: application/json',
  `content-length: ${BODY.length}`,
  'user-agent: a server/1 (x; y)',
] as const;

/** Lines that stand in many requests, and what an attacker makes of lines to have them read in two ways. */
const line = fc.oneof(
  fc.constantFrom(
    'accept: */*',
    'Connection: keep-alive',
    'connection: Keep-Alive',
    'connection: close',
    'connection: upgrade',
    'X-Forwarded-For: 10.0.0.1, 10.0.0.2',
    'accept-language:de',
    'x-empty:',
    'x-tab:\tvalue\t',
    'x-spaces:    value   ',
    'cookie: visitor_id=1; a=b',
    'Content-Length: 3',
    'content-length: +51',
    'content-length: 51, 51',
    'content-length: 0x33',
    'content-length : 3',
    'proxy-connection: close',
    'set-cookie: a=b',
    'Transfer-Encoding: chunked',
    'transfer-encoding:chunked',
    'transfer-encoding : chunked',
    'Transfer_Encoding: chunked',
    'x: a\rtransfer-encoding: chunked',
    'x: a\ntransfer-encoding: chunked',
    'x: a\n',
    ' folded: value',
    '\tfolded: value',
    ': nameless',
    'no colon',
    '',
    'x\0: a',
    'x: a\0b',
    'x: é',
    'é: x',
    'x y: z',
    'expect: 100-continue',
    'upgrade: websocket',
    'origin: https://a.example',
    '__proto__: a',
    'constructor: a',
    'host: b',
  ),
  fc
    .tuple(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 12 }))
    .map(([name, value]) => `${name}: ${value}`),
);

const request = fc
  .record({
    start: fc.oneof(
      { weight: 8, arbitrary: fc.constant(START) },
      fc.constantFrom(
        'POST /api/event HTTP/1.0\r\n',
        'post /api/event HTTP/1.1\r\n',
        'POST  /api/event HTTP/1.1\r\n',
        '\r\n' + START,
      ),
    ),
    lines: fc
      .array(fc.tuple(fc.nat(8), line), { maxLength: 4 })
      .map((more) => more.reduce<string[]>((all, [at, each]) => all.toSpliced(at, 0, each), [...LINES])),
    left: fc.option(fc.nat(3), { freq: 8 }),
    newline: fc.oneof(
      { weight: 20, arbitrary: fc.constant('\r\n') },
      fc.constantFrom('\n', '\r', '\r\n\r\n'),
    ),
    behind: fc.oneof({ weight: 10, arbitrary: fc.constant('') }, fc.constantFrom('\r\n', 'G', START)),
  })
  .map(({ start, lines, left, newline, behind }) =>
    Buffer.from(
      `${start}${lines.filter((_, at) => at !== left).join(newline)}${newline}${newline}${BODY}${behind}`,
      'latin1',
    ),
  );

it('whatever is read as a plain request, Node reads as the same one request and nothing else', async () => {
  let plain = 0;
  await fc.assert(
    fc.asyncProperty(request, async (bytes) => {
      const read = readPlainRequest(bytes);
      if (read === undefined || read === 'incomplete') return;
      plain++;
      expect(readPlainRequest(bytes, read.head)).toEqual(read);
      const expected = {
        method: 'POST',
        url: '/api/event',
        headers: read.head.headers,
        body: read.body.toString('latin1'),
      };
      expect(await byNode(bytes)).toEqual({ requests: [expected], refused: 0 });
    }),
    { numRuns: 20_000 },
  );
  expect(plain).toBeGreaterThan(1_000);
});

const whole = Buffer.from(`${START}${LINES.join('\r\n')}\r\n\r\n${BODY}`);

it('a request is incomplete from the end of its head to the last byte of its body', () => {
  const head = whole.indexOf('\r\n\r\n') + 4;
  for (let end = 0; end < whole.length; end++) {
    expect(readPlainRequest(whole.subarray(0, end))).toBe(end < head ? undefined : 'incomplete');
  }
  expect(readPlainRequest(whole)).toMatchObject({
    head: { headers: { host: 'a.example' } },
    body: Buffer.from(BODY),
  });
});

it('a head is known again by every byte of it', () => {
  const read = readPlainRequest(whole);
  if (read === undefined || read === 'incomplete') throw new Error('not plain');
  expect(readPlainRequest(whole, read.head)).toEqual(read);
  const end = whole.indexOf('\r\n\r\n');
  for (let at = START.length; at < end; at++) {
    const other = Buffer.from(whole);
    other[at] = (other[at] ?? 0) ^ 1;
    expect(readPlainRequest(other, read.head), String(at)).toEqual(readPlainRequest(other));
  }
});

it.each([
  ['no host', 'host: a.example\r\n', ''],
  ['another type', 'application/json', 'text/plain'],
  ['a length above the limit', `content-length: ${BODY.length}`, 'content-length: 131073'],
  ['a length of seven digits', `content-length: ${BODY.length}`, 'content-length: 0000052'],
  ['a packed body', 'host:', 'content-encoding: gzip\r\nhost:'],
  ['a page', 'host:', 'origin: https://a.example\r\nhost:'],
  ['a tab behind the length', `content-length: ${BODY.length}`, `content-length: ${BODY.length}\t`],
  ['101 headers more', 'host:', `${Array.from({ length: 101 }, (_, n) => `x-${n}: a\r\n`).join('')}host:`],
  ['a head of 9 KB', 'host:', `x: ${'a'.repeat(9_000)}\r\nhost:`],
])('leaves to Node: %s', (_name, from, to) => {
  const text = whole.toString('latin1');
  expect(text).toContain(from);
  expect(readPlainRequest(Buffer.from(text.replace(from, to), 'latin1'))).toBeUndefined();
});
