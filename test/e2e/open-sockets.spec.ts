import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { guardLimits } from '#api/socket-guard.js';
import { encodeEvent } from '#events/codec.js';
import { waitFor } from '../harness/wait-for.js';
import { labEvent } from './support/projector-lab.js';
import { openAs } from './support/subscribe-as.js';
import { ALPHA, BETA, person, startTwoTenants, type TwoTenants } from './support/two-tenants.js';

let two: TwoTenants;
beforeAll(async () => {
  two = await startTwoTenants();
});
afterAll(() => two.stop());

const FEED = 'subscription { eventFeed(recent: 0) { items { siteId eventId } } }';
const FIGURES = `subscription { siteChanged(siteId: "${ALPHA.site}") { site { id } } }`;
let n = 1_000;

/** One more event of the site, and its ID. */
async function send(site: string): Promise<string> {
  const event = labEvent(site, n++);
  const stored = await two.app.log.append(0, encodeEvent(event));
  expect(stored.stored).toBe(true);
  return event.id;
}

const text = (pushes: readonly unknown[]) => JSON.stringify(pushes);

test('S09: who is demoted is denied with the next push, and the socket is closed within 30 s', async () => {
  two.actors.set('editor', person('editor', ALPHA.organization));
  const open = openAs(two.app.url, 'editor', FEED);
  await waitFor(() => open.pushes.length > 0, { message: 'the first push' });
  const before = await send(ALPHA.site);
  await waitFor(() => text(open.pushes).includes(before), { message: 'an event before' });

  two.actors.set('editor', person('viewer', ALPHA.organization));
  const at = Date.now();
  const after = await send(ALPHA.site);
  await waitFor(() => text(open.pushes).includes('FORBIDDEN'), { timeout: 5_000, message: 'the denial' });
  const closed = await open.closed;
  expect(closed.code).toBe(4403);
  expect(closed.at - at).toBeLessThan(30_000);
  await send(ALPHA.site);
  expect(text(open.pushes)).not.toContain(after);
});

test('S09: who is removed hears nothing more, and the socket is closed within 30 s', async () => {
  two.actors.set('gone', person('viewer', ALPHA.organization));
  const open = openAs(two.app.url, 'gone', FIGURES);
  await waitFor(() => open.pushes.length > 0, { message: 'the first push' });
  two.actors.set('gone', person(undefined, '', { organizationId: undefined }));
  const at = Date.now();
  const pushed = open.pushes.length;
  await send(ALPHA.site);
  const closed = await open.closed;
  expect(closed.code).toBe(4403);
  expect(closed.at - at).toBeLessThan(30_000);
  expect(text(open.pushes.slice(pushed))).not.toContain(ALPHA.site);
});

test('S26: when the session expires the socket is closed with 4403 and nothing more is sent', async () => {
  const expiresAt = Date.now() + 3_000;
  two.actors.set('short', person('editor', ALPHA.organization, { expiresAt }));
  const open = openAs(two.app.url, 'short', FEED);
  await waitFor(() => open.pushes.length > 0, { message: 'the first push' });
  const closed = await open.closed;
  expect(closed.code).toBe(4403);
  expect(closed.at).toBeGreaterThanOrEqual(expiresAt - 50);
  expect(closed.at - expiresAt).toBeLessThan(5_000);
  const pushed = open.pushes.length;
  await send(ALPHA.site);
  await sleep(500);
  expect(open.pushes).toHaveLength(pushed);
});

test('a session that is prolonged keeps its socket', async () => {
  two.actors.set('long', person('viewer', ALPHA.organization, { expiresAt: Date.now() + 1_000 }));
  const open = openAs(two.app.url, 'long', FIGURES);
  await waitFor(() => open.pushes.length > 0, { message: 'the first push' });
  two.actors.set('long', person('viewer', ALPHA.organization, { expiresAt: Date.now() + 60_000 }));
  const outcome = await Promise.race([open.closed, sleep(2_500).then(() => 'open')]);
  expect(outcome).toBe('open');
  await open.dispose();
});

test('the live feed has the events of the organization alone, and what names no site is nobody’s', async () => {
  two.actors.set('feed', person('editor', ALPHA.organization));
  const open = openAs(two.app.url, 'feed', 'subscription { eventFeed(recent: 100) { items { siteId } } }');
  await waitFor(() => open.pushes.length > 0, { message: 'the first push' });
  await send(BETA.site);
  const own = await send(ALPHA.other);
  expect(own).toBeDefined();
  await waitFor(() => text(open.pushes.slice(1)).includes(ALPHA.other), { message: 'its own event' });
  const sites = new Set(text(open.pushes).match(/"siteId":"[^"]*"/g));
  expect([...sites].sort()).toEqual([`"siteId":"${ALPHA.other}"`, `"siteId":"${ALPHA.site}"`]);
  await open.dispose();
});

test('all who have a link count as one, who may have 200 sockets', async () => {
  const { organization: organizationId, site: siteId } = ALPHA;
  two.actors.set('link', { kind: 'link', linkId: 'popular', organizationId, siteId });
  const open = Array.from({ length: 200 }, () => openAs(two.app.url, 'link', FIGURES));
  await waitFor(() => open.every(({ pushes }) => pushes.length > 0), {
    timeout: 60_000,
    message: 'all of them',
  });
  expect((await openAs(two.app.url, 'link', FIGURES).closed).code).toBe(4429);
  await Promise.all(open.map((each) => each.dispose()));
});

test('one person has ten sockets and no more, and nobody in particular has none', async () => {
  two.actors.set('many', person('viewer', ALPHA.organization, { userId: 'many' }));
  const open = Array.from({ length: guardLimits.sockets }, () => openAs(two.app.url, 'many', FIGURES));
  await waitFor(() => open.every(({ pushes }) => pushes.length > 0), { message: 'all ten' });
  const eleventh = openAs(two.app.url, 'many', FIGURES);
  expect((await eleventh.closed).code).toBe(4429);
  await open[0]?.dispose();
  await waitFor(
    async () => {
      const next = openAs(two.app.url, 'many', FIGURES);
      const outcome = await Promise.race([next.closed, sleep(500).then(() => 'open')]);
      await next.dispose();
      return outcome === 'open';
    },
    { message: 'room for another' },
  );
  for (const each of open) await each.dispose();
  expect((await openAs(two.app.url, 'nobody', FIGURES).closed).code).toBe(4403);
});
