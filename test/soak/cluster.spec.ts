import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startNatsCluster, type NatsCluster } from '../harness/nats-cluster.js';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';
import { load, send, sendAgain, type Sent } from './support/load.js';

// The whole product on three log servers, while these are killed, frozen and cut off.
const GAP_MS = 15_000;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startCluster(o: { divisible: boolean }): Promise<NatsCluster> {
  const cluster = await startNatsCluster(o);
  ends.push(() => cluster.stop());
  return cluster;
}

async function startTidemark(env: Record<string, string>): Promise<TidemarkProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-soak-'));
  const tidemark = await TidemarkProcess.start({ dataDir, port: await testPort(), env });
  ends.push(async () => {
    await tidemark.end('SIGTERM').catch(() => undefined);
    rmSync(dataDir, { recursive: true, force: true });
  });
  return tidemark;
}

function sender() {
  const total = new Set<string>();
  const next = (): Sent => {
    const eventId = crypto.randomUUID();
    total.add(eventId);
    return { siteId: 'shop', eventType: 'page_view', path: '/', timestamp: '2026-05-17T12:00:00Z', eventId };
  };
  return { total, next };
}

/** Each event that was ever sent is counted, and once. */
async function expectEachOnce(tidemark: TidemarkProcess, total: ReadonlySet<string>): Promise<void> {
  let views = 0;
  await waitFor(
    async () => {
      const answer = await fetch(`${tidemark.url}/api/stats?siteId=shop&date=2026-05-17`);
      views = ((await answer.json()) as { totalViews?: number }).totalViews ?? 0;
      return views >= total.size;
    },
    {
      timeout: 60_000,
      message: () => `${total.size} views, ${views} so far:\n${tidemark.output.slice(-5_000)}`,
    },
  );
  expect(views).toBe(total.size);
}

async function partitionOf(tidemark: TidemarkProcess, event: Sent): Promise<string> {
  const answer = await fetch(`${tidemark.url}/api/event`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  const { receipt } = (await answer.json()) as { receipt?: string };
  return `EVENTS_${receipt?.split(':')[0] ?? ''}`;
}

test('F37 the leader is killed five times and frozen, then all three are killed: every event counts once', async () => {
  const cluster = await startCluster({ divisible: false });
  const tidemark = await startTidemark({ NATS_URL: cluster.url, NATS_MONITOR_URL: cluster.monitorUrl });
  const { total, next } = sender();
  const stream = await partitionOf(tidemark, next());
  const running = load(() => tidemark, next);
  const gaps: number[] = [];
  const untilAccepted = async () => {
    const before = performance.now();
    // One more than its clients may have in hand.
    await running.more(17);
    gaps.push(Math.round(performance.now() - before));
    await running.more(200);
  };
  await running.more(200);
  for (let n = 0; n < 5; n++) {
    const leader = await cluster.leaderOf(stream);
    await leader.kill('SIGKILL');
    await untilAccepted();
    await leader.restart();
  }
  const leader = await cluster.leaderOf(stream);
  await leader.kill('SIGSTOP');
  await untilAccepted();
  await leader.kill('SIGCONT');
  await running.more(200);
  await Promise.all(cluster.servers.map((server) => server.kill('SIGKILL')));
  await Promise.all(cluster.servers.map((server) => server.restart()));
  await untilAccepted();
  await sendAgain(() => tidemark, await running.stop());
  console.info(
    'F37',
    'gaps',
    gaps.join(' '),
    'ms;',
    [...running.statuses].map(([status, n]) => `${status ?? 'no answer'}: ${n}`).join(', '),
  );
  await expectEachOnce(tidemark, total);
  expect(running.statuses.get(500)).toBeUndefined();
  expect(Math.max(...gaps)).toBeLessThan(GAP_MS);
});

test('F38 one of three is cut off: the others accept, it refuses, and afterwards there is one history', async () => {
  const cluster = await startCluster({ divisible: true });
  const [first, second, third] = cluster.servers;
  if (!first || !second || !third) throw new Error('three servers');
  const majority = await startTidemark({
    NATS_URL: `${first.url},${second.url}`,
    NATS_MONITOR_URL: cluster.monitorUrl,
  });
  const minority = await startTidemark({
    TIDEMARK_ROLE: 'api',
    NATS_URL: third.url,
    NATS_MONITOR_URL: cluster.monitorUrl,
    DATABASE_URL: majority.runtime().databaseUrl,
  });
  const { total, next } = sender();
  const both = [majority, minority].map((tidemark) => load(() => tidemark, next));
  const [there, here] = both;
  if (!there || !here) throw new Error('two loads');
  await Promise.all(both.map((each) => each.more(100)));
  cluster.cutOff(third);
  // What it held in hand may still be acknowledged by it, as the others had it already.
  const refused: Sent[] = [];
  await waitFor(
    async () => {
      const event = next();
      refused.push(event);
      return (await send(minority.url, event)) === 503;
    },
    { timeout: 60_000, message: 'a refusal' },
  );
  const before = here.acknowledged.size;
  await there.more(1_000);
  expect(here.acknowledged.size).toBe(before);
  cluster.heal();
  await Promise.all(both.map((each) => each.more(200)));
  for (const each of both) await sendAgain(() => majority, await each.stop());
  await sendAgain(() => majority, refused);
  await expectEachOnce(majority, total);
});
