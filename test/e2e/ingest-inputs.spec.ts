import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fields, nestedValues, notJson, transport } from './support/bad-inputs.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';

let ingest: IngestApp;
let door: string;

beforeAll(async () => {
  ingest = await startIngest();
  door = `${ingest.url}/api/event`;
});

afterAll(async () => {
  // Whatever came in, nobody's objects have changed.
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  await ingest?.stop();
});

describe('what one event may be', () => {
  it.each([...transport, ...fields, ...nestedValues])(
    '$name',
    async ({ body, type, headers, status, message }) => {
      const answer = await post(door, body, {
        ...(type !== undefined && { type }),
        ...(headers && { headers }),
      });
      if (message === undefined) {
        expect(answer).toMatchObject({ status, body: { success: true } });
      } else {
        const error = { 400: 'Bad Request', 413: 'Payload Too Large', 415: 'Unsupported Media Type' }[status];
        expect(answer).toMatchObject({ status, body: { statusCode: status, message, error } });
        expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      }
    },
  );

  it.each(notJson)('%s is no JSON', async (text) => {
    const answer = await post(door, text);
    expect(answer.status).toBe(400);
    expect(answer.body?.['message']).toEqual([expect.stringMatching(/^body is not valid JSON/)]);
  });

  it('never repeats the input in an error', async () => {
    for (const body of [
      '{"secret-7f3a',
      { ...GOOD, siteId: 'secret 7f3a' },
      { ...GOOD, timestamp: 'secret-7f3a' },
    ]) {
      expect((await post(door, body)).text).not.toContain('7f3a');
    }
  });

  it('stores lone surrogates as U+FFFD, and of duplicate keys the last', async () => {
    await post(door, JSON.stringify({ ...GOOD, siteId: 'pinned', path: '/a\ud800b' }));
    await post(
      door,
      '{"siteId":"pinned","siteId":"pinned2","eventType":"x","path":"/1","path":"/2","timestamp":"2026-01-31T12:00:00Z"}',
    );
    const stored = await ingest.stored();
    expect(stored.filter(({ site }) => site === 'pinned').map(({ path }) => path)).toEqual(['/a\ufffdb']);
    expect(stored.filter(({ site }) => site === 'pinned2').map(({ path }) => path)).toEqual(['/2']);
  });

  it('counts what it refuses, by reason', async () => {
    const text = await (await fetch(`${ingest.url}/metrics`)).text();
    for (const reason of [
      'invalid_site_id',
      'invalid_properties',
      'malformed_json',
      'body_too_large',
      'unsupported_media_type',
    ]) {
      expect(text).toMatch(new RegExp(`tidemark_events_rejected_total\\{reason="${reason}"\\} [1-9]`));
    }
    expect(text).toMatch(
      /tidemark_http_request_seconds_count\{method="POST",route="\/api\/event",status="400"\} \d+/,
    );
  });
});

describe('what one request may be', () => {
  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s is not a way to send', async (method) => {
    const response = await fetch(door, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST, OPTIONS');
    expect(await response.json()).toEqual({
      statusCode: 405,
      message: ['method must be POST or OPTIONS'],
      error: 'Method Not Allowed',
    });
  });

  it('lets any origin send, and never with its cookies', async () => {
    const preflight = await fetch(door, {
      method: 'OPTIONS',
      headers: { origin: 'https://anywhere.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    const sent = await post(door, GOOD, { headers: { origin: 'null' } });
    for (const { headers } of [preflight, sent]) {
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
    const refused = await post(door, '{', { headers: { origin: 'https://anywhere.example' } });
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    const elsewhere = await fetch(`${ingest.url}/health/live`, {
      headers: { origin: 'https://anywhere.example' },
    });
    expect(elsewhere.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([
    ['an unknown address', '/nowhere', 404, 'there is nothing at this address; /api/docs lists them'],
    ['an address that is no URL', '/%zz', 400, 'the address is not a valid URL of this server'],
  ])('%s', async (_name, path, status, message) => {
    const response = await fetch(`${ingest.url}${path}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ statusCode: status, message: [message] });
  });

  it('does not take text/plain where no tracker sends', async () => {
    const answer = await post(`${ingest.url}/graphql`, '{"query":"{ __typename }"}', { type: 'text/plain' });
    expect(answer.status).toBe(415);
    const polluted = await post(
      `${ingest.url}/graphql`,
      '{"query":"{ __typename }","variables":{"__proto__":{}}}',
    );
    expect(polluted).toMatchObject({
      status: 400,
      body: { message: ['body must not have a key "__proto__"'] },
    });
  });

  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(ingest.url).port), '127.0.0.1', () => socket.write(text));
      let received = '';
      socket.on('data', (chunk) => (received += String(chunk)));
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
    });

  it.each([
    ['garbage', 'GARBAGE\r\n\r\n', 400],
    [
      'two lengths',
      'POST /api/event HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['20 KB of headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is refused by the HTTP parser, in the same shape', async (_name, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
      statusCode: status,
      message: [expect.any(String)],
    });
  });

  it('closes on a body that stops coming', { timeout: 30_000 }, async () => {
    const started = Date.now();
    const answer = await raw(
      `POST /api/event HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{`,
    );
    expect(Date.now() - started).toBeLessThan(12_000);
    expect(answer === '' || answer.startsWith('HTTP/1.1 408')).toBe(true);
  });

  it('answers 100 pipelined requests in order', async () => {
    const body = JSON.stringify({ ...GOOD, siteId: 'pipeline' });
    const one = `POST /api/event HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    const requests = Array.from(
      { length: 100 },
      (_, i) => `${one}X-Request-Id: r${i}\r\n${i === 99 ? 'Connection: close\r\n' : ''}\r\n${body}`,
    );
    const answer = await raw(requests.join(''));
    const ids = [...answer.matchAll(/x-request-id: r(\d+)/g)].map((match) => Number(match[1]));
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(answer.match(/HTTP\/1.1 202/g)).toHaveLength(100);
  });
});
