import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { post, startIngest, type IngestApp } from '../support/ingest-app.js';

const REQUESTS = 1_500;
const AT_ONCE = 20;

let ingest: IngestApp;

beforeAll(async () => {
  ingest = await startIngest();
});

afterAll(async () => {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  await ingest?.stop();
});

type Random = (below: number) => number;

/** Mulberry32: the same seed gives the same requests, so a failure can be run again. */
function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;

const DOORS = [
  '/v1/track',
  '/v1/page',
  '/v1/batch',
  '/e/',
  '/batch/',
  '/i/v1/analytics/events',
  '/api/send',
  '/api/batch',
  '/api/event',
  '/webhook',
];
const NAMES =
  `type event userId anonymousId messageId timestamp sentAt context page url properties traits writeKey batch library screen locale
   api_key token distinct_id uuid offset sent_at $set $current_url $device_id $ip $revenue $lib payload website hostname data name
   id ip userAgent lcp n u d r p $ i h sd e v metadata eventType organizationId browser __proto__ constructor`.split(
    /\s+/,
  );
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  'shop',
  'track',
  'page',
  'event',
  'identify',
  'pageview',
  '$pageview',
  '$identify',
  'engagement',
  '',
  'x',
  '\0',
  '\ud800',
  '😀'.repeat(60),
  '/p',
  'https://x.dev/a?b#c',
  'http://[',
  'data:,x',
  '2026-01-31T12:00:00Z',
  '9999-12-31T23:59:59Z',
  'a'.repeat(3_000),
  '0192f3a4-5b6c-7d8e-9f01-23456789abcd',
  '{"a":1}',
  '192.0.2.1',
];

function valueOf(random: Random, depth = 0): unknown {
  const kind = random(depth > 4 ? 5 : 10);
  if (kind < 5) return pick(random, VALUES);
  if (kind === 5) return Array.from({ length: random(4) }, () => valueOf(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length: random(9) }, () => [pick(random, NAMES), valueOf(random, depth + 1)]),
  );
}

/** Often something of the right shape, so that what lies behind the first check is reached too. */
function bodyOf(random: Random, door: string): unknown {
  if (random(5) === 0) return valueOf(random);
  const event = {
    ...(valueOf(random, 1) as object),
    userId: 'u',
    distinct_id: 'u',
    event: 'e',
    properties: valueOf(random, 1),
  };
  if (door.startsWith('/v1')) return { writeKey: 'shop', ...event, batch: [event, valueOf(random)] };
  if (door === '/api/send')
    return {
      type: pick(random, ['event', 'identify', 'performance']),
      payload: { ...event, website: 'shop' },
    };
  if (door === '/api/batch')
    return [valueOf(random), { type: 'event', payload: { ...event, website: 'shop' } }];
  if (door === '/api/event') return { ...event, n: 'x', u: 'https://x.dev/', d: 'x.dev', p: valueOf(random) };
  return { api_key: 'shop', ...event, batch: [event, valueOf(random)] };
}

it(`answers ${REQUESTS} random requests of other products without a fault of its own`, async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_007);
  const random = generator(seed);
  const seen = new Map<number, number>();
  const one = async (): Promise<void> => {
    const door = pick(random, DOORS);
    const text = Buffer.from(JSON.stringify(bodyOf(random, door)) ?? '');
    const body =
      random(10) === 0 ? gzipSync(text) : random(20) === 0 ? text.subarray(0, random(text.length + 1)) : text;
    const headers = { authorization: 'Bearer shop', 'x-api-key': 'shop' };
    const { status } = await post(`${ingest.url}${door}`, body, {
      type: pick(random, ['application/json', 'text/plain', null]),
      headers,
    });
    seen.set(status, (seen.get(status) ?? 0) + 1);
    if (status >= 500)
      throw new Error(`${door} answered ${status} (FUZZ_SEED=${seed}): ${text.toString().slice(0, 500)}`);
  };
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  // A fuzz that reaches one branch alone proves nothing.
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 202, 400]));
  // Whatever was accepted reads back: `stored` throws for a line that does not decode.
  expect((await ingest.stored()).length).toBeGreaterThan(100);
});
