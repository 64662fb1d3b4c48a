import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { waitFor } from '../harness/wait-for.js';
import { GOOD, post, startIngest, type Answer, type IngestApp } from './support/ingest-app.js';

// Calls as servers send them are answered before the framework; `content-encoding: identity` sends a call the general way.
let direct: IngestApp;
let proxied: IngestApp;
beforeAll(async () => {
  [direct, proxied] = await Promise.all([
    startIngest(),
    startIngest({ proxyHops: 1, countryHeader: 'cf-ipcountry' }),
  ]);
});
afterAll(async () => {
  await direct?.stop();
  await proxied?.stop();
});

const eventId = '0192f3a4-5b6c-7d8e-9f01-23456789abcd';
const named = { ...GOOD, visitorId: 'v1', eventId };
const BODIES: readonly (readonly [string, unknown, number])[] = [
  ['an event', named, 202],
  ['an event with a warning', { ...named, screen: '0x0' }, 202],
  ['a body with a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), json(named)]), 202],
  ["an event of Plausible's client", { n: 'pageview', u: 'https://a.example/x', d: 'a.example' }, 202],
  ['a field that is wrong', { ...named, path: 'pricing' }, 400],
  ['several fields that are wrong', { siteId: 7, timestamp: 'soon' }, 400],
  ['a forbidden key', '{"siteId":"s","__proto__":{"a":1}}', 400],
  ['nothing at all', '', 400],
  ['half a body', '{"siteId":', 400],
  ['a list', [named], 400],
  ['null', 'null', 400],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400],
  ['an event above 32 KB', { ...named, url: `https://a.example/?${'\u0001'.repeat(8_000)}` }, 413],
  ['a body above the limit', `"${'x'.repeat(140_000)}"`, 413],
];

describe('a plain call has the answer of any other', () => {
  it.each(BODIES)('%s', async (_name, body, status) => {
    const plain = await post(`${direct.url}/api/event`, body);
    const general = await post(`${direct.url}/api/event`, body, {
      headers: { 'content-encoding': 'identity' },
    });
    expect(plain.status).toBe(status);
    expect(seen(plain)).toEqual(seen(general));
  });

  it('with a charset, a cookie, and a request ID of its own', async () => {
    const headers = { cookie: `visitor_id=${eventId}`, 'x-request-id': 'r-1' };
    const type = 'application/json; charset=utf-8';
    const plain = await post(`${direct.url}/api/event`, { ...GOOD, eventId }, { type, headers });
    const general = await post(
      `${direct.url}/api/event`,
      { ...GOOD, eventId },
      {
        type,
        headers: { ...headers, 'content-encoding': 'identity' },
      },
    );
    expect(plain.body).toMatchObject({ visitorId: eventId });
    expect(plain.headers.get('x-request-id')).toBe('r-1');
    expect(seen(plain)).toEqual(seen(general));
  });

  it('behind a proxy: the same event is stored, with the same country and visitor', async () => {
    const from = { 'user-agent': 'test/1', 'x-forwarded-for': '10.1.1.1, 81.2.69.142', 'cf-ipcountry': 'GB' };
    const cookieless = { ...GOOD, cookieless: true };
    await post(`${proxied.url}/api/event`, cookieless, { headers: from });
    await post(`${proxied.url}/api/event`, cookieless, {
      headers: { ...from, 'content-encoding': 'identity' },
    });
    const stored = await proxied.stored();
    expect(stored).toHaveLength(2);
    const [plain, general] = stored.map((event) => ({ ...event, id: '', receivedAt: 0, requestId: '' }));
    expect(plain).toEqual(general);
    expect(plain?.geo?.country).toBe('GB');
  });
});

it('is counted in the same metrics', async () => {
  const count = async (): Promise<number> => {
    const { values } = await direct.metrics.httpSeconds.get();
    const of = values.filter(
      ({ metricName, labels }) =>
        metricName?.endsWith('_count') && labels.route === '/api/event' && labels.status === 202,
    );
    return of.reduce((sum, { value }) => sum + value, 0);
  };
  const before = await count();
  await post(`${direct.url}/api/event`, GOOD);
  await post(`${direct.url}/api/event`, GOOD, { headers: { 'content-encoding': 'identity' } });
  await waitFor(async () => (await count()) === before + 2);
});

it('answers calls that come in one after the other without waiting, in their order', async () => {
  const calls = Array.from({ length: 20 }, (_, index) => {
    const body = JSON.stringify(GOOD);
    const length = Buffer.byteLength(body);
    return `POST /api/event HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nx-request-id: n${index}\r\ncontent-length: ${length}\r\n\r\n${body}`;
  });
  const { hostname, port } = new URL(direct.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.write(calls.join(''));
  await waitFor(() => text.split('HTTP/1.1 202').length === 21);
  const order = [...text.matchAll(/x-request-id: (\S+)/gi)].map(([, id]) => id);
  expect(order).toEqual(calls.map((_, index) => `n${index}`));
  socket.destroy();
});

it('a sender that leaves in the middle of a body leaves nothing behind', async () => {
  const { hostname, port } = new URL(direct.url);
  const before = (await direct.stored()).length;
  const socket = connect(Number(port), hostname);
  socket.write(
    'POST /api/event HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"siteId":',
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.destroy();
  expect((await post(`${direct.url}/api/event`, GOOD)).status).toBe(202);
  expect((await direct.stored()).length).toBe(before + 1);
});

it('an answer that is on its way when the server closes ends its connection', async () => {
  const closing = await startIngest();
  await post(`${closing.url}/api/event`, GOOD);
  const { hostname, port } = new URL(closing.url);
  const body = JSON.stringify(GOOD);
  await closing.nats.kill('SIGSTOP');
  const calls = ['', 'content-encoding: identity\r\n'].map((more) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.write(
      `POST /api/event HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${more}content-length: ${body.length}\r\n\r\n${body}`,
    );
    return { ended: new Promise((resolve) => socket.on('end', resolve)), answer: () => text };
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const stopped = closing.app.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await closing.nats.kill('SIGCONT');
  await Promise.all(calls.map(({ ended }) => ended));
  for (const { answer } of calls) expect(answer()).toMatch(/^HTTP\/1.1 202 .*\r\nconnection: close\r\n/is);
  await stopped;
  await closing.stop();
});

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** Without what is another for each call. */
function seen({ status, headers, text, body }: Answer): object {
  const rest = { ...body, receipt: '' };
  const names = [...headers.keys()].filter((name) => name !== 'date').sort();
  const own = Object.fromEntries(
    names.map((name) => [name, ['x-request-id', 'content-length'].includes(name) ? '' : headers.get(name)]),
  );
  return { status, own, rest: body === undefined ? text : rest };
}
