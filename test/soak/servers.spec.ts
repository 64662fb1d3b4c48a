import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess, type TidemarkOptions } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';
import { load, sendAgain, type Sent } from './support/load.js';

// The whole product under load, as `npm start` runs it, while its servers and itself are killed and stopped.
let folder: string;
let options: TidemarkOptions;
let tidemark: TidemarkProcess;
const current = () => tidemark;
const total = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-soak-'));
  options = { dataDir: join(folder, 'data'), port: await testPort() };
  tidemark = await TidemarkProcess.start(options);
});
afterAll(async () => {
  await tidemark.end('SIGTERM').catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

function next(): Sent {
  const eventId = crypto.randomUUID();
  total.add(eventId);
  const day = { siteId: 'shop', eventType: 'page_view', path: '/', timestamp: '2026-05-17T12:00:00Z' };
  return { ...day, eventId };
}

/** Each event that was ever sent is counted, and once. */
async function expectEachOnce(unknown: readonly Sent[]): Promise<void> {
  await sendAgain(current, unknown);
  let views: number | undefined;
  await waitFor(
    async () => {
      const answer = await fetch(`${tidemark.url}/api/stats?siteId=shop&date=2026-05-17`);
      views = ((await answer.json()) as { totalViews?: number }).totalViews;
      return (views ?? 0) >= total.size;
    },
    {
      timeout: 60_000,
      message: () => `${total.size} views, ${views} so far:\n${tidemark.output.slice(-5_000)}`,
    },
  );
  expect(views).toBe(total.size);
}

/** Killed in a life of more than five seconds; a server that keeps dying sooner is not started again for ever. */
async function killed(server: 'nats' | 'postgres'): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5_200 + 1_000 * Math.random()));
  const before = tidemark.servers()[server];
  process.kill(before, 'SIGKILL');
  await waitFor(() => tidemark.servers()[server] !== before, {
    timeout: 60_000,
    message: () => `another ${server}:\n${tidemark.output.slice(-5_000)}`,
  });
}

const told = (what: string, statuses: ReadonlyMap<number | undefined, number>) =>
  console.info(what, [...statuses].map(([status, n]) => `${status ?? 'no answer'}: ${n}`).join(', '));

test('F01 the log server is killed ten times under load: every event counts once', async () => {
  const running = load(current, next);
  for (let time = 0; time < 10; time++) {
    await running.more(200);
    await killed('nats');
  }
  await running.more(200);
  const unknown = await running.stop();
  told('nats-server killed', running.statuses);
  await expectEachOnce(unknown);
  expect(tidemark.child.exitCode).toBeNull();
});

test('F05 PostgreSQL is killed five times under load: no event is refused, and each counts once', async () => {
  const running = load(current, next);
  for (let time = 0; time < 5; time++) {
    await running.more(200);
    await killed('postgres');
  }
  await running.more(200);
  const unknown = await running.stop();
  told('PostgreSQL killed', running.statuses);
  expect([...running.statuses.keys()]).toEqual([202]);
  await expectEachOnce(unknown);
  expect(tidemark.child.exitCode).toBeNull();
});

test('F08 SIGTERM under load: it ends in order, and each event counts once after the next start', async () => {
  for (let time = 0; time < 3; time++) {
    const running = load(current, next);
    await running.more(500);
    expect(await tidemark.end('SIGTERM')).toEqual({ code: 0, signal: null });
    const unknown = await running.stop();
    told('stopped', running.statuses);
    tidemark = await TidemarkProcess.start(options);
    await expectEachOnce(unknown);
  }
});
