import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REFUSAL_CODES } from '#ingest/refusal-codes.js';

import { answerOf, post, startIngest, type Answer, type IngestApp } from './support/ingest-app.js';
import type { Answered, BadInput, BadInputLab, Sent } from './support/bad-inputs/case.js';
import { identity, TWICE } from './support/bad-inputs/identity.js';
import { keys } from './support/bad-inputs/keys.js';
import { shape } from './support/bad-inputs/shape.js';
import { sockets } from './support/bad-inputs/sockets.js';
import { state } from './support/bad-inputs/state.js';
import { transport } from './support/bad-inputs/transport.js';
import { values } from './support/bad-inputs/values.js';
import { web } from './support/bad-inputs/web.js';
import { projectAll } from './support/projected.js';

const LAST = 69;
const all = [transport, sockets, keys, shape, values, identity, web, state].flat().map((input, place) => ({
  ...input,
  title: `${input.no}: ${input.name}`,
  requestId: `bad-input-${place}`,
}));
const quick = all.filter(({ slow }) => slow !== true);
const slow = all.filter((input) => input.slow === true);

let product: IngestApp;
const others: IngestApp[] = [];
const lab: BadInputLab = {
  get product() {
    return product;
  },
  start: async (...options) => {
    const started = await startIngest(...options);
    others.push(started);
    return started;
  },
  raw: (text) =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(product.url).port), '127.0.0.1', () => socket.write(text));
      let received = '';
      socket.on('data', (chunk) => (received += String(chunk)));
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
    }),
};

beforeAll(async () => {
  product = await startIngest();
});
afterAll(async () => {
  await Promise.all(others.map((each) => each.stop()));
  await product?.stop();
});

/** How often each code was counted, whatever the dialect. */
async function counted(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { labels, value } of (await product.metrics.rejected.get()).values)
    counts.set(String(labels.reason), (counts.get(String(labels.reason)) ?? 0) + value);
  return counts;
}

async function send({ door = '/api/event', body, type, headers }: Sent, requestId: string): Promise<Answer> {
  const url = `${product.url}${door}`;
  const all = { 'x-request-id': requestId, ...headers };
  if (body === undefined) return answerOf(await fetch(url, { headers: all }));
  return post(url, body, { ...(type !== undefined && { type }), headers: all });
}

function expectAnswer(answer: Answer, { status, message, body }: Answered): void {
  expect(answer.status, answer.text).toBe(status);
  if (message) {
    expect(answer.body).toEqual({ statusCode: status, message, error: expect.any(String) as string });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  }
  if (body) expect(answer.body).toMatchObject(body);
  if (status >= 400) expect(answer.text).not.toContain('secret-7f3a');
}

async function check({ run, sent, answer, requestId }: BadInput & { requestId: string }): Promise<void> {
  if (run) return run(lab);
  if (!sent || !answer) throw new Error('neither a request with its answer nor something to run');
  const before = await counted();
  expectAnswer(await send(sent, requestId), answer);
  const after = await counted();
  const codes = [...after.keys()].filter((code) => after.get(code) !== before.get(code));
  expect(codes).toEqual(answer.code === undefined ? [] : [answer.code]);
}

it('has every input of the catalogue', () => {
  const numbers = new Set(all.map(({ no }) => no));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: LAST }, (_, i) => i + 1));
});

it('has no code that the table of codes does not have', () => {
  const codes = new Set(all.flatMap(({ answer }) => answer?.code ?? []));
  const unknown = [...codes].filter((code) => !(code in REFUSAL_CODES) && !code.startsWith('invalid_'));
  expect(unknown).toEqual([]);
});

describe('one after another', () => {
  it.each(quick)('$title', check);
});

describe.concurrent('those that take their time, together', () => {
  it.each(slow)('$title', { timeout: 60_000 }, check);
});

describe('afterwards', () => {
  it('the log has what was accepted, as it should be, and nothing of what was refused', async () => {
    const stored = new Map<string, object[]>();
    for (const event of await product.stored()) {
      const id = event.requestId ?? '';
      stored.set(id, [...(stored.get(id) ?? []), event]);
    }
    for (const { title, requestId, answer } of quick) {
      if (!answer) continue;
      const expected = answer.stored ?? (answer.status < 300 ? [{}] : []);
      expect(stored.get(requestId) ?? [], title).toMatchObject(expected);
      expect(stored.get(requestId) ?? [], title).toHaveLength(expected.length);
    }
  });

  it('all of it can be projected, and each event counts once, with what came first', async () => {
    const events = await product.stored();
    const { counted, deadLetters } = await projectAll(product);
    expect(deadLetters).toEqual([]);
    expect(counted).toBe(new Set(events.map(({ site, id }) => `${site} ${id}`)).size);
    const { status, body } = await answerOf(
      await fetch(`${product.url}/api/stats?siteId=${TWICE}&date=2026-01-31`),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalViews: 1, topPaths: [{ path: '/first', views: 1 }] });
  });

  it("S46: nobody's objects have changed, and the product serves", async () => {
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((await fetch(`${product.url}/health/live`)).status).toBe(200);
  });
});
