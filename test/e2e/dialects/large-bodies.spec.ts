import { request as open, type ClientRequest } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { waitFor } from '../../harness/wait-for.js';
import { post, startIngest, type IngestApp } from '../support/ingest-app.js';

let ingest: IngestApp;
beforeAll(async () => {
  ingest = await startIngest();
});
afterAll(() => ingest?.stop());

const event = { event: 'x', distinct_id: 'u1', uuid: '0192f3a4-5b6c-7d8e-9f01-23456789abcd' };
/** 18 MB that are 18 KB on their way. */
const large = gzipSync(JSON.stringify({ api_key: 'shop', padding: ' '.repeat(18_000_000), batch: [event] }));
const packed = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
const send = (body: Buffer = large, headers: Record<string, string> = packed) =>
  post(`${ingest.url}/batch`, body, { headers, type: null });

/** A request that goes on for ever. */
function begin(
  method: string,
  headers: Record<string, string> = {},
): { request: ClientRequest; status: Promise<number> } {
  const request = open(`${ingest.url}/batch`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const status = new Promise<number>((resolve) => {
    request.once('response', (response) => resolve(response.statusCode ?? 0));
    request.once('error', () => resolve(0));
  });
  request.write('{');
  return { request, status };
}

it('what a sender gives up leaves room for others', async () => {
  for (let i = 0; i < 8; i++) {
    const request = open(`${ingest.url}/batch`, {
      method: 'POST',
      headers: { ...packed, 'content-length': String(large.length) },
    });
    request.on('error', () => undefined);
    request.end(large);
    await pause(5 + 5 * i);
    request.destroy();
  }
  await waitFor(async () => (await send()).status === 200, { timeout: 10_000 });
  expect((await Promise.all([send(), send()])).map(({ status }) => status)).toEqual([200, 200]);
});

it.each(['POST', 'PUT'])('%s of unknown length is counted with what it may come to', async (method) => {
  const first = [begin(method), begin(method)];
  await pause(200);
  const third = begin(method);
  expect(await third.status).toBe(503);
  expect(await send()).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect((await send()).headers.get('retry-after')).toMatch(/^[123]$/);
  // Small ones are not in their way.
  const small = gzipSync(JSON.stringify({ api_key: 'shop', batch: [event] }));
  expect((await send(small)).status).toBe(200);
  for (const { request } of [...first, third]) request.destroy();
  await waitFor(async () => (await send()).status === 200);
});

it('is counted as unpacked, however it is packed', async () => {
  const first = [begin('POST'), begin('POST')];
  await pause(200);
  const ways = [
    send(large, { 'content-type': 'text/plain' }),
    send(Buffer.from(large.toString('base64')), { 'content-type': 'text/plain' }),
    send(Buffer.from(`data=${encodeURIComponent(large.toString('base64'))}`), {
      'content-type': 'application/x-www-form-urlencoded',
    }),
  ];
  expect((await Promise.all(ways)).map(({ status }) => status)).toEqual([503, 503, 503]);
  for (const { request } of first) request.destroy();
  await waitFor(async () => (await send()).status === 200);
});

it('a gzip that says less than it comes to is refused', async () => {
  const lying = Buffer.from(large);
  lying.writeUInt32LE(2_000_000, lying.length - 4);
  expect((await send(lying)).status).toBe(413);
});

it('what is nested deeper, or is more, than an event may have is cut, not lost', async () => {
  const frame = { filename: 'a.js', vars: { deep: { deeper: 1 } } };
  const exception = {
    ...event,
    uuid: '0192f3a4-5b6c-7d8e-9f01-23456789abce',
    event: '$exception',
    properties: {
      $exception_list: [{ type: 'Error', stacktrace: { frames: [frame] } }],
      big: 'x'.repeat(20_000),
    },
  };
  const answer = await post(`${ingest.url}/batch`, { api_key: 'cut', batch: [exception, event] });
  expect(answer.status).toBe(200);
  const stored = (await ingest.stored()).find(({ type, site }) => site === 'cut' && type === '$exception');
  expect(stored?.properties).toMatchObject({ truncated: true, $exception_list: [{ type: 'Error' }] });
});
