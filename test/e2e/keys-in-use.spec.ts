import { afterAll, beforeAll, expect, it } from 'vitest';

import { createPool } from '#database/pool.js';
import { KeyUseCounts } from '#ingest/keys/key-use-counts.js';

import { waitFor } from '../harness/wait-for.js';
import { ask, type Answer } from './support/ask.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';
import { append, makeKey, makeSite } from './support/keyed.js';

// One process makes the keys, the other one goes by them.
let open: IngestApp;
let product: IngestApp;
let pool: ReturnType<typeof createPool>;

beforeAll(async () => {
  open = await startIngest();
  product = await startIngest({ open: false, beside: open });
  pool = createPool(open.databaseUrl, { max: 2 });
  await makeSite(open, 'shop', 'o1');
  await makeSite(open, 'blog', 'o1');
  await makeSite(open, 'foreign', 'o2');
});
afterAll(async () => {
  await pool?.end();
  await product?.stop();
  await open?.stop();
});

const errorIn = ({ errors }: Answer) => ({ message: errors?.[0]?.message, ...errors?.[0]?.extensions });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const send = (to: IngestApp, key: string) => post(`${to.url}/api/event`, GOOD, { headers: bearer(key) });

async function usedAt(id: string): Promise<number> {
  await product.app.get(KeyUseCounts, { strict: false }).tell();
  const keys = (await ask(open, '{ keys(siteId: "shop") { id lastUsedAt } }')).data?.['keys'] as {
    id: string;
    lastUsedAt: string | null;
  }[];
  return Date.parse(keys.find((key) => key.id === id)?.lastUsedAt ?? '');
}

async function usesOf(id: string): Promise<number> {
  const { rows } = await pool.query<{ uses: string }>('SELECT uses FROM key_use WHERE key_id = $1', [id]);
  return Number(rows[0]?.uses);
}

it('when a key was used is known without a request having waited for it', async () => {
  const { id, text } = await makeKey(open, 'shop');
  await waitFor(async () => (await send(product, text)).status === 202, { message: 'the key to be known' });
  const before = Date.now();
  await send(product, text);
  expect(await usedAt(id)).toBeGreaterThanOrEqual(before);
  expect(await usesOf(id)).toBeGreaterThanOrEqual(2);
});

it.each([
  ['GraphQL', (headers: Record<string, string>) => ask(product, '{ sites { id } }', {}, headers)],
  [
    'REST',
    (headers: Record<string, string>) =>
      fetch(`${product.url}/api/stats?siteId=shop&date=2026-01-31`, { headers }),
  ],
])('so it is of one that only reads, by %s', async (_, read) => {
  const { id, text } = await makeKey(open, 'shop', { kind: 'secret', scopes: ['read'] });
  await waitFor(() => product.workspace.sequence >= open.workspace.sequence, {
    message: 'the key to be known',
  });
  const before = Date.now();
  await read(bearer(text));
  expect(await usedAt(id)).toBeGreaterThanOrEqual(before);
  expect(await usesOf(id)).toBe(1);
});

const track = (siteId: string, headers: Record<string, string>) =>
  ask(
    product,
    'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { success } }',
    { input: { ...GOOD, siteId } },
    headers,
  );

it('GraphQL stores with a key that may write, for the sites that it reaches', async () => {
  const bound = await makeKey(open, 'shop', { kind: 'secret' });
  const all = await makeKey(open, undefined, { kind: 'secret', organizationId: 'o1' });
  const reading = await makeKey(open, 'shop', { kind: 'secret', scopes: ['read'] });
  await waitFor(() => product.workspace.sequence >= open.workspace.sequence, {
    message: 'the keys to be known',
  });
  const stored = async () => (await open.stored()).filter(({ source }) => source.dialect === 'graphql');
  expect((await track('foreign', bearer(bound.text))).data).toEqual({
    trackEvent: { success: true },
  });
  expect((await stored()).map(({ site }) => site)).toEqual(['shop']);
  expect((await track('blog', bearer(all.text))).data).toEqual({ trackEvent: { success: true } });
  for (const site of ['foreign', 'nobody'])
    expect(errorIn(await track(site, bearer(all.text)))).toMatchObject({ code: 'NOT_FOUND' });
  expect(errorIn(await track('shop', {}))).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(errorIn(await track('shop', bearer(reading.text)))).toMatchObject({
    code: 'FORBIDDEN',
    reason: 'insufficient_scope',
  });
  const inBrowser = { ...bearer(bound.text), origin: product.url };
  expect(errorIn(await track('shop', inBrowser))).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect((await stored()).map(({ site }) => site).sort()).toEqual(['blog', 'shop']);
});

it('GraphQL stores from the pages that a key and its site allow, as the door does', async () => {
  const at = Date.now();
  await makeSite(open, 'paged', 'o1');
  const any = await makeKey(open, 'paged');
  const bound = await makeKey(open, 'paged', { origins: ['https://www.paged.example'] });
  const origins = ['https://*.paged.example'];
  await append(open, { type: 'SiteOriginsChanged', siteId: 'paged', origins, at, actor: 'test' });
  await waitFor(() => product.workspace.sequence >= open.workspace.sequence, {
    message: 'the origins to be known',
  });
  const batch = 'mutation ($e: [TrackEventInput!]!) { trackEvents(events: $e) { outcomes { reason } } }';
  for (const [{ text }, page, allowed] of [
    [any, 'https://shop.paged.example', true],
    [any, 'https://evil.example', false],
    [any, undefined, false],
    [bound, 'https://www.paged.example', true],
    [bound, 'https://shop.paged.example', false],
  ] as const) {
    const headers = { ...bearer(text), ...(page !== undefined && { origin: page }) };
    expect((await post(`${product.url}/api/event`, GOOD, { headers })).status).toBe(allowed ? 202 : 403);
    const answer = await track('paged', headers);
    if (allowed) expect(answer.data).toEqual({ trackEvent: { success: true } });
    else expect(errorIn(answer)).toMatchObject({ code: 'FORBIDDEN', reason: 'origin_not_allowed' });
    const { data } = await ask(product, batch, { e: [{ ...GOOD, siteId: 'paged' }] }, headers);
    expect(data).toEqual({ trackEvents: { outcomes: [{ reason: allowed ? null : 'origin_not_allowed' }] } });
  }
});

it('ingest goes on with keys while the database is away', async () => {
  const alone = await startIngest({ open: false, beside: open, proxied: true });
  try {
    const { text } = await makeKey(open, 'shop', { kind: 'secret' });
    await waitFor(async () => (await send(alone, text)).status === 202, { message: 'the key to be known' });
    await alone.databaseProxy?.close();
    expect((await send(alone, text)).status).toBe(202);
    const counts = alone.app.get(KeyUseCounts, { strict: false });
    await counts.tell();
    expect((await send(alone, text)).status).toBe(202);
  } finally {
    await alone.stop();
  }
});
