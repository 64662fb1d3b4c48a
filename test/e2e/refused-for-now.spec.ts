import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { FeedClient } from './support/feed-client.js';
import { GOOD, post } from './support/ingest-app.js';

let stack: Stack;
const open = new Set<FeedClient>();
beforeAll(async () => {
  stack = await startStack({ env: { TIDEMARK_RATE_LIMIT_SITE: '10' } });
});
afterAll(() => stack?.stop());
afterEach(async () => {
  await Promise.all([...open].map((feed) => feed.close()));
  open.clear();
});

async function watch(siteId: string) {
  const feed = new FeedClient(stack.url, { siteId, recent: 10 });
  open.add(feed);
  return feed.live();
}

const batch = (siteId: string, count: number) =>
  post(`${stack.url}/api/events`, { events: Array.from({ length: count }, () => ({ ...GOOD, siteId })) });

test('of events beyond the limit of their site a few are shown, and the others counted', async () => {
  const loud = await watch('loud');
  const other = await watch('other');
  await post(`${stack.url}/api/event`, { ...GOOD, siteId: 'loud', path: 'bad' });
  // The request that passes the limit is let in whole.
  expect((await batch('loud', 120)).status).toBe(202);
  const answer = await batch('loud', 500);
  expect(answer.status).toBe(429);
  await waitFor(() => loud.items.length + loud.skipped === 621);
  const shown = loud.items.filter(({ reason }) => reason === 'rate_limited');
  expect(shown).toHaveLength(5);
  expect(shown[0]).toMatchObject({
    outcome: 'REFUSED',
    siteId: 'loud',
    eventType: 'page_view',
    path: '/pricing',
    messages: ['the site sends more events than it may: send the event again with its eventId'],
  });
  const sent = answer.body?.['outcomes'] as { eventId: string }[];
  expect(sent.map(({ eventId }) => eventId)).toContain(shown[0]?.eventId);
  expect(loud.skipped).toBe(495);
  expect([other.items, other.skipped]).toEqual([[], 0]);
});

test('while the log does not answer, the feed says so of each event', async () => {
  await post(`${stack.url}/api/event`, { ...GOOD, siteId: 'away' });
  const feed = await watch('away');
  const nats = stack.serverPid('nats');
  process.kill(nats, 'SIGSTOP');
  try {
    const answer = await post(`${stack.url}/api/event`, { ...GOOD, siteId: 'away', path: '/lost' });
    expect(answer.status).toBe(503);
    await waitFor(() => feed.items.some(({ path }) => path === '/lost'));
    expect(feed.items.at(-1)).toMatchObject({
      outcome: 'REFUSED',
      reason: 'log_unavailable',
      eventId: answer.body?.['eventId'],
    });
  } finally {
    process.kill(nats, 'SIGCONT');
  }
});
