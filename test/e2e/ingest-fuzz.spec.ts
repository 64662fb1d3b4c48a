import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';

const REQUESTS = 2_000;
const AT_ONCE = 20;

let ingest: IngestApp;

beforeAll(async () => {
  ingest = await startIngest();
});

afterAll(async () => {
  await ingest?.stop();
});

/** Mulberry32: the same seed gives the same requests, so a failure can be run again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(random: (below: number) => number, list: readonly T[]): T => list[random(list.length)] as T;

function randomValue(random: (below: number) => number, depth = 0): unknown {
  const scalars = [
    null,
    true,
    -0,
    1e308,
    2 ** 53,
    '',
    'x',
    '\0',
    '\ud800',
    '😀',
    '__proto__',
    '2026-01-31T12:00:00Z',
    '/p',
    'a'.repeat(3_000),
  ];
  const kind = random(depth > 3 ? 6 : 9);
  if (kind < 6) return pick(random, scalars);
  if (kind === 6) return Array.from({ length: random(5) }, () => randomValue(random, depth + 1));
  const keys = [
    'siteId',
    'eventType',
    'path',
    'timestamp',
    'properties',
    'events',
    '__proto__',
    'constructor',
    '',
    'k',
  ];
  return Object.fromEntries(
    Array.from({ length: random(6) }, () => [pick(random, keys), randomValue(random, depth + 1)]),
  );
}

/** Good events with one field replaced, JSON cut and spliced, bytes at random, and any of it packed. */
function randomBody(random: (below: number) => number): Uint8Array {
  const field = pick(random, [
    'siteId',
    'eventType',
    'path',
    'timestamp',
    'eventId',
    'visitorId',
    'referrer',
    'properties',
    'title',
  ]);
  const event = { ...GOOD, [field]: randomValue(random) };
  const text = JSON.stringify(
    pick<unknown>(random, [event, [event], { events: [event, randomValue(random)] }, randomValue(random)]),
  );
  const kind = random(6);
  if (kind === 0) return Uint8Array.from({ length: random(300) }, () => random(256));
  const bytes = Buffer.from(text ?? '');
  if (kind === 1) return bytes.subarray(0, random(bytes.length + 1));
  if (kind === 2 && bytes.length > 0) bytes[random(bytes.length)] = random(256);
  if (kind === 3) return Buffer.from(`${text}\n${text}\n{`);
  return bytes;
}

it(`answers ${REQUESTS} random requests without a fault of its own`, async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_007);
  const random = generator(seed);
  const types = [
    'application/json',
    'text/plain',
    'application/x-ndjson',
    'application/json; charset=utf-8',
    'x/y',
    'x',
    null,
  ];
  const seen = new Map<number, number>();
  const one = async (): Promise<void> => {
    const packed = random(10) === 0;
    const body = randomBody(random);
    const path = pick(random, ['/api/event', '/api/event', '/api/events', '/graphql']);
    const headers: Record<string, string> = {};
    if (packed || random(30) === 0) headers['content-encoding'] = 'gzip';
    if (random(10) === 0) headers['cookie'] = `visitor_id=${'%'.repeat(random(50))}`;
    const type = random(2) === 0 ? 'application/json' : pick(random, types);
    const answer = await post(`${ingest.url}${path}`, packed ? gzipSync(body) : body, { type, headers });
    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
    const what = `seed ${seed}: ${path} ${String(type)} ${Buffer.from(body).toString('latin1').slice(0, 300)} -> ${answer.text}`;
    expect(answer.status, what).toBeLessThan(500);
    expect(answer.body, what).toBeTypeOf('object');
    if (answer.status >= 400 && path !== '/graphql') {
      expect(answer.body, what).toMatchObject({
        statusCode: answer.status,
        message: expect.any(Array) as unknown[],
      });
    }
  };
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  // A fuzz that reaches one branch alone proves nothing.
  expect([...seen.keys()]).toEqual(expect.arrayContaining([202, 400, 415]));
  expect((await fetch(`${ingest.url}/health/live`)).status).toBe(200);
  expect((await post(`${ingest.url}/api/event`, GOOD)).status).toBe(202);
  // Whatever was accepted reads back: `stored` throws for a line that does not decode.
  expect((await ingest.stored()).length).toBeGreaterThan(0);
});
