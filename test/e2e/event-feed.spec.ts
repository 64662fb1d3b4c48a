import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { FeedClient } from './support/feed-client.js';
import { GOOD, post } from './support/ingest-app.js';

/** Two processes of one instance, each with doors and a feed. */
let one: Stack;
let two: Stack;
const open = new Set<FeedClient>();

beforeAll(async () => {
  one = await startStack();
  const { databaseUrl, natsUrl, natsMonitorUrl } = one.runtime;
  two = await startStack({
    env: {
      TIDEMARK_ROLE: 'api',
      DATABASE_URL: databaseUrl ?? '',
      NATS_URL: natsUrl ?? '',
      NATS_MONITOR_URL: natsMonitorUrl ?? '',
    },
  });
});
afterAll(async () => {
  await two?.stop();
  await one?.stop();
});
afterEach(async () => {
  await Promise.all([...open].map((feed) => feed.close()));
  open.clear();
});

async function watch(at: Stack, variables: ConstructorParameters<typeof FeedClient>[1] = {}) {
  const feed = new FeedClient(at.url, { recent: 0, ...variables });
  open.add(feed);
  return feed.live();
}

const event = (at: Stack, change: object) => post(`${at.url}/api/event`, { ...GOOD, ...change });

async function refusedAt(at: Stack, site: string): Promise<unknown[]> {
  const answer = await fetch(`${at.url}/api/refused?site=${site}`);
  return ((await answer.json()) as { refused: unknown[] }).refused;
}

/** Ordered reads of the events' streams that there are now, of all processes. */
async function readers(): Promise<number> {
  const { natsMonitorUrl = '' } = one.runtime;
  const answer = await fetch(`${natsMonitorUrl}/jsz?streams=true&accounts=true`);
  const { account_details: accounts } = (await answer.json()) as {
    account_details: { stream_detail: { name: string; state: { consumer_count: number } }[] }[];
  };
  const streams = accounts
    .flatMap(({ stream_detail: all }) => all)
    .filter(({ name }) => /^EVENTS_/.test(name));
  return streams.reduce((sum, { state }) => sum + state.consumer_count, 0);
}

test('what is stored by one process and refused by another is seen at both, side by side', async () => {
  const feeds = [await watch(one, { siteId: 'wired' }), await watch(two, { siteId: 'wired' })];
  const stored = await event(one, { siteId: 'wired', properties: { plan: 'pro' } });
  expect(stored.status).toBe(202);
  const refused = await event(two, {
    siteId: 'wired',
    eventType: 'signup',
    path: undefined,
    url: 'ftp://user:secret@example.com/a?token=secret',
  });
  expect(refused.status).toBe(400);
  await event(two, { siteId: 'another' });
  for (const feed of feeds) {
    await waitFor(() => feed.items.length >= 2);
    const of = (outcome: string) => feed.items.filter((item) => item.outcome === outcome);
    expect(of('STORED')).toMatchObject([
      {
        siteId: 'wired',
        eventType: 'page_view',
        path: '/pricing',
        dialect: 'tidemark',
        eventId: stored.body?.['eventId'],
        messages: [],
        id: stored.body?.['receipt'],
        stored: { properties: '{"plan":"pro"}' },
      },
    ]);
    expect(of('REFUSED')).toMatchObject([
      {
        siteId: 'wired',
        eventType: 'signup',
        path: '/a',
        reason: 'invalid_url',
        messages: refused.body?.['message'],
        stored: null,
      },
    ]);
    expect(JSON.stringify(feed.items)).not.toContain('secret');
  }
});

test('a stored event is shown once, with what of it is unfit, whichever process took it', async () => {
  const feeds = [await watch(one, { siteId: 'warned' }), await watch(two, { siteId: 'warned' })];
  const unfit = { siteId: 'warned', eventType: 'engagement', properties: { engagedMs: -1 } };
  const answers = [await event(one, unfit), await event(two, unfit), await event(one, { siteId: 'warned' })];
  const warnings = ['properties.engagedMs must be at least 0'];
  expect(answers.map(({ body }) => body?.['warnings'])).toEqual([warnings, warnings, undefined]);
  const said = answers.map(({ body }) => ({ id: body?.['receipt'], warnings: body?.['warnings'] ?? [] }));
  const shown = (feed: FeedClient) =>
    feed.items.map(({ id, stored }) => ({ id, warnings: stored?.warnings }));
  for (const feed of feeds) {
    await waitFor(() => feed.items.length >= 3);
    expect(shown(feed)).toEqual(said);
  }
  // Also to who comes later.
  expect(shown(await watch(two, { siteId: 'warned', recent: 3 }))).toEqual(said);
});

test('a site that has no events yet is watched from its first one on', async () => {
  const feed = await watch(two, { siteId: 'newcomer' });
  await event(one, { siteId: 'newcomer', path: '/first' });
  await waitFor(() => feed.items.some(({ path }) => path === '/first'));
});

test('calls that name no site are seen with all, or where they are asked for', async () => {
  const all = await watch(one);
  const own = await watch(one, { siteId: 'wired' });
  const both = await watch(one, { siteId: 'wired', filter: { withoutSite: true } });
  await post(`${two.url}/api/event`, '{"siteId":');
  await post(`${two.url}/api/events`, `${JSON.stringify(GOOD)}\n{oops`, { type: 'application/x-ndjson' });
  await event(two, { siteId: 'wired', path: 'nowhere' });
  const reasons = (feed: FeedClient) =>
    feed.items.filter(({ outcome }) => outcome === 'REFUSED').map(({ reason }) => reason);
  await waitFor(() => reasons(all).length === 3 && reasons(both).length === 3 && reasons(own).length === 1);
  expect(reasons(all)).toEqual(['malformed_json', 'malformed_json', 'invalid_path']);
  expect(reasons(both)).toEqual(reasons(all));
  expect(reasons(own)).toEqual(['invalid_path']);
  // The one that is well came with the one that is not, and is of another site.
  expect(all.items.filter(({ outcome }) => outcome === 'STORED')).toMatchObject([{ siteId: 'shop' }]);
  expect(both.items.filter(({ outcome }) => outcome === 'STORED')).toEqual([]);
});

test.each([
  ['outcome', { outcome: 'REFUSED' }, ['bad']],
  ['event type', { eventTypes: ['purchase', 'nothing'] }, ['/paid']],
  ['text', { text: 'AI' }, ['/paid']],
  ['text of a reason', { text: 'invalid_path' }, ['bad']],
  ['wire format', { dialects: ['webhook'] }, []],
  ['visitor', { visitorId: 'v-1' }, ['/seen']],
])('shows what is asked for by %s', async (name, filter, paths) => {
  const siteId = `by-${name.replaceAll(' ', '-')}`;
  const feed = await watch(one, { siteId, filter });
  const rest = await watch(one, { siteId });
  await event(two, { siteId, path: '/seen', visitorId: 'v-1' });
  await event(two, { siteId, path: '/paid', eventType: 'purchase', visitorId: 'v-2' });
  await event(two, { siteId, path: 'bad' });
  await waitFor(() => rest.items.length === 3);
  await waitFor(() => feed.items.length >= paths.length);
  expect(feed.items.map(({ path }) => path)).toEqual(paths);
});

test('begins with what came before: the newest, in order', async () => {
  for (const path of ['/1', '/2', 'three', '/4']) {
    await event(one, { siteId: 'before', path });
  }
  await waitFor(async () => (await refusedAt(two, 'before')).length === 1);
  const feed = await watch(two, { siteId: 'before', recent: 3 });
  expect(feed.items.map(({ path }) => path)).toEqual(['/2', 'three', '/4']);
  await event(one, { siteId: 'before', path: '/5' });
  await waitFor(() => feed.items.length === 4);
  expect(feed.items.at(-1)?.path).toBe('/5');
});

test('the log is read once for all who watch a site, and not at all where nobody does', async () => {
  await event(one, { siteId: 'shared' });
  // The projector's own, one for each partition.
  const idle = 4;
  await waitFor(async () => (await readers()) === idle, { timeout: 20_000 });
  const feeds = await Promise.all([1, 2, 3].map(() => watch(two, { siteId: 'shared' })));
  await waitFor(async () => (await readers()) === idle + 1, { timeout: 20_000 });
  await event(one, { siteId: 'shared', path: '/seen' });
  await waitFor(() => feeds.every(({ items }) => items.some(({ path }) => path === '/seen')));
  const refused = await watch(two, { siteId: 'shared', filter: { outcome: 'REFUSED' } });
  expect(await readers()).toBe(idle + 1);
  await Promise.all(feeds.map((feed) => feed.close()));
  await waitFor(async () => (await readers()) === idle, { timeout: 20_000 });
  await refused.close();
});

test('what came before is bounded in bytes too', async () => {
  const events = Array.from({ length: 60 }, (_, n) => ({
    ...GOOD,
    siteId: 'heavy',
    path: `/${n}`,
    properties: { a: 'x'.repeat(8_000), b: 'x'.repeat(7_000) },
  }));
  const answer = await post(`${one.url}/api/events`, { events });
  expect(answer.body?.['stored']).toBe(events.length);
  const feed = await watch(one, { siteId: 'heavy', recent: 100 });
  expect(feed.items.length).toBeGreaterThan(10);
  expect(JSON.stringify(feed.items).length).toBeLessThan(300_000);
  expect(feed.items.at(-1)?.path).toBe('/59');
});

test('what comes too fast for a subscriber is counted, and nothing is kept for it', async () => {
  const feed = await watch(one, { siteId: 'flood' });
  // It reads nothing more, so its pushes come to stand on the way.
  feed.socket?.pause();
  const rounds = 12;
  const events = Array.from({ length: 200 }, (_, n) => ({
    ...GOOD,
    siteId: 'flood',
    path: `/${n}`,
    properties: { filling: 'x'.repeat(4_000) },
  }));
  for (let round = 0; round < rounds; round++) {
    const answer = await post(`${one.url}/api/events`, { events });
    expect(answer.body?.['stored']).toBe(events.length);
  }
  feed.socket?.resume();
  await waitFor(() => feed.items.length + feed.skipped === rounds * events.length, {
    message: () => `${feed.items.length} shown, ${feed.skipped} skipped, of ${rounds * events.length}`,
  });
  expect(feed.skipped).toBeGreaterThan(1_000);
  expect(feed.items.length).toBeGreaterThan(0);
  // It goes on with what comes, once the flood is over.
  await waitFor(async () => {
    await event(two, { siteId: 'flood', path: '/last' });
    return feed.items.at(-1)?.path === '/last';
  });
});

test('refusals in a loop hide those of no other site, and are counted', async () => {
  const noisy = await watch(one, { siteId: 'noisy' });
  const quiet = await watch(one, { siteId: 'quiet' });
  const bad = Array.from({ length: 500 }, () => ({ ...GOOD, siteId: 'noisy', path: 'x' }));
  const alone = { ...GOOD, siteId: 'quiet', path: 'y' };
  await post(`${two.url}/api/events`, { events: [...bad, alone, ...bad.slice(0, 499)] });
  await waitFor(() => noisy.items.length + noisy.skipped === 999);
  expect(noisy.skipped).toBeGreaterThan(900);
  await waitFor(() => quiet.items.length > 0);
  expect(quiet.items).toMatchObject([{ reason: 'invalid_path' }]);
  expect(quiet.skipped).toBe(0);
});

test.each([
  [{ recent: 101 }, 'recent must be 0 to 100'],
  [{ siteId: 'a b' }, 'siteId must be 1 to 64 letters, digits, hyphens or underscores'],
  [{ filter: { text: 'x'.repeat(201) } }, 'filter.text must be at most 200 characters'],
  [
    { filter: { eventTypes: Array.from({ length: 51 }, (_, n) => String(n)) } },
    'filter.eventTypes must hold at most 50 names',
  ],
])('says what is wrong (%#)', async (variables, message) => {
  const feed = await watch(one, variables);
  expect(JSON.stringify(feed.errors)).toContain(message);
});

test('the list of refusals is that of all processes', async () => {
  await event(two, { siteId: 'listed', path: 'x', eventType: 'signup' });
  await waitFor(async () => (await refusedAt(one, 'listed')).length === 1);
  expect(await refusedAt(one, 'listed')).toEqual(await refusedAt(two, 'listed'));
  expect(await refusedAt(one, 'listed')).toMatchObject([
    { site: 'listed', eventType: 'signup', reason: 'invalid_path' },
  ]);
});
