import { expect } from 'vitest';

import { waitFor } from '../../../harness/wait-for.js';
import { GOOD, post, type IngestApp } from '../ingest-app.js';
import type { BadInput, BadInputLab } from './case.js';

const within = (no: number, name: string, run: (lab: BadInputLab) => Promise<void>): BadInput => ({
  no,
  name,
  run,
  slow: true,
});
const send = ({ url }: IngestApp, event: object = {}, headers: Record<string, string> = {}) =>
  post(`${url}/api/event`, { ...GOOD, ...event }, { headers });

/** Who a visitor without a cookie is: a hash of the address too. */
async function visitor(product: IngestApp, forwarded?: string, headers: Record<string, string> = {}) {
  const from = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const { status, body } = await send(product, { cookieless: true }, { ...from, ...headers });
  expect(status).toBe(202);
  return body?.['visitorId'];
}

const FORGED = [
  '203.0.113.5',
  '::1',
  'junk',
  '<script>',
  Array.from({ length: 500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(', '),
];

export const state: readonly BadInput[] = [
  {
    no: 64,
    name: 'X-Forwarded-For is not believed where no proxy is named',
    run: async ({ product }) => {
      const known = await visitor(product);
      for (const forwarded of FORGED) expect(await visitor(product, forwarded)).toBe(known);
    },
  },
  within(
    64,
    'of X-Forwarded-For what our own proxy wrote is believed, the rightmost, and never the leftmost',
    async ({ start }) => {
      const proxied = await start({ proxyHops: 1 });
      const known = await visitor(proxied, '203.0.113.7');
      for (const forged of FORGED) expect(await visitor(proxied, `${forged}, 203.0.113.7`)).toBe(known);
      expect(await visitor(proxied, '203.0.113.7, 203.0.113.8')).not.toBe(known);
      expect(await visitor(proxied, 'junk')).toBe(await visitor(proxied));
    },
  ),
  {
    no: 65,
    name: 'who does not want to be known is known for a day, unless the site says otherwise',
    run: async ({ product }) => {
      const event = { siteId: 'signals', visitorId: 'v1', userId: 'u1' };
      for (const signal of [{ 'sec-gpc': '1' }, { dnt: '1' }])
        expect((await send(product, event, signal)).body?.['visitorId']).not.toBe('v1');
      const query = 'mutation { changeVisitorPolicy(siteId: "signals", signals: "ignored") { changed } }';
      await post(`${product.url}/graphql`, { query });
      await waitFor(() => product.workspace.site('signals')?.visitors?.signals === 'ignored');
      expect((await send(product, event, { 'sec-gpc': '1' })).body?.['visitorId']).toBe('v1');
      const stored = (await product.stored()).filter(({ site }) => site === 'signals');
      expect(stored.map(({ userId }) => userId)).toEqual([undefined, undefined, 'u1']);
    },
  },

  // At every door, with several processes and without PostgreSQL: test/e2e/rate-limits.spec.ts.
  within(66, 'beyond the rate of its site, and others are not touched', async ({ start }) => {
    const limited = await start({ rateLimitSite: 1 });
    const answers = [];
    for (let i = 0; i < 12; i++) answers.push(await send(limited));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(10).fill(202), 429, 429]);
    expect(answers.at(-1)?.headers.get('retry-after')).toMatch(/^([1-9]|10)$/);
    expect(answers.at(-1)?.body).toMatchObject({
      reason: 'rate_limited',
      eventId: expect.any(String) as string,
    });
    expect((await send(limited, { siteId: 'other' })).status).toBe(202);
  }),
  within(66, 'beyond the rate of its address, and others are not touched', async ({ start }) => {
    const limited = await start({ rateLimitAddress: 1, proxyHops: 1 });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const answers = [];
    for (let i = 0; i < 12; i++) answers.push(await send(limited, { siteId: `s${i}` }, from('192.0.2.1')));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(10).fill(202), 429, 429]);
    expect(answers.at(-1)?.headers.get('retry-after')).toMatch(/^([1-9]|10)$/);
    expect((await send(limited, {}, from('192.0.2.2'))).status).toBe(202);
  }),

  within(67, 'while the log is away', async ({ start }) => {
    const product = await start();
    expect((await send(product)).status).toBe(202);
    await product.nats.kill('SIGKILL');
    const answer = await send(product);
    expect(answer).toMatchObject({
      status: 503,
      body: { reason: 'log_unavailable', eventId: expect.any(String) as string },
    });
    expect(answer.headers.get('retry-after')).toBe('2');
  }),
  within(67, 'once the log is full, and what was acknowledged before is there', async ({ start }) => {
    const product = await start({ nats: { maxFileStore: 12 * 1024 * 1024 } });
    const full = { properties: { a: 'x'.repeat(8_000), b: 'x'.repeat(8_000) } };
    const acknowledged: unknown[] = [];
    const answer = await waitFor(
      async () => {
        const sent = await send(product, full);
        if (sent.status === 202) acknowledged.push(sent.body?.['eventId']);
        return sent.status === 202 ? undefined : sent;
      },
      { timeout: 30_000, interval: 1 },
    );
    expect(answer).toMatchObject({
      status: 503,
      body: { reason: 'log_full', eventId: expect.any(String) as string },
    });
    expect(answer.headers.get('retry-after')).toBe('60');
    const stored = new Set((await product.stored()).map(({ id }) => id));
    expect(acknowledged.filter((id) => !stored.has(id as string))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(10);
  }),

  // No door asks PostgreSQL, neither for a site that is known nor for a new one.
  within(68, 'while PostgreSQL is away', async ({ start }) => {
    const product = await start({ proxied: true });
    expect((await send(product)).status).toBe(202);
    if (product.databaseProxy) product.databaseProxy.mode = 'reset';
    expect((await send(product)).status).toBe(202);
    expect((await send(product, { siteId: 'new-meanwhile' })).status).toBe(202);
    const asked = await fetch(`${product.url}/api/stats?siteId=shop&date=2026-01-31`);
    expect(asked.status).toBe(503);
  }),
];
