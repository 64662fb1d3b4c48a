import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';
import { expectViews, load, type Sent } from '../soak/support/load.js';

// The whole product, as `npm start` runs it, while one of its servers is frozen: it neither answers nor hangs up.
let folder: string;
let tidemark: TidemarkProcess;
let frozen: number[] = [];
const sent = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-frozen-'));
  tidemark = await TidemarkProcess.start({ dataDir: join(folder, 'data'), port: await testPort() });
});
afterAll(async () => {
  thaw();
  await tidemark?.end('SIGTERM').catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

function next(): Sent {
  const eventId = crypto.randomUUID();
  sent.add(eventId);
  const day = { siteId: 'shop', eventType: 'page_view', path: '/', timestamp: '2026-05-17T12:00:00Z' };
  return { ...day, eventId };
}

function freeze(pids: number[]): void {
  frozen = pids;
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
}

function thaw(): void {
  for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
}

/** The postmaster and its backends. */
function postgres(): number[] {
  const { postgres: main } = tidemark.servers();
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(main)], { encoding: 'utf8' });
  return [main, ...children.trim().split(/\s+/).map(Number)];
}

const residentMiB = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${tidemark.pid}/status`, 'utf8'))?.[1]) / 1024;

const expectEachOnce = (unknown: readonly Sent[]): Promise<void> =>
  expectViews(() => tidemark, sent.size, { again: unknown });

test('F11 PostgreSQL is frozen: every event is accepted, and each counts once when it goes on', async () => {
  const running = load(() => tidemark, next);
  await running.more(50);
  freeze(postgres());
  await running.more(1_000);
  thaw();
  await running.more(50);
  const unknown = await running.stop();
  expect([...running.statuses.keys()]).toEqual([202]);
  await expectEachOnce(unknown);
});

test('F09 the log server is frozen: nothing is accepted nor piles up, and each counts once when it goes on', async () => {
  const running = load(() => tidemark, next);
  await running.more(50);
  const before = residentMiB();
  freeze([tidemark.servers().nats]);
  await waitFor(() => (running.statuses.get(503) ?? 0) >= 32, {
    timeout: 60_000,
    message: '32 refused calls',
  });
  const refused = await fetch(`${tidemark.url}/api/event`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      siteId: 'shop',
      eventType: 'page_view',
      path: '/',
      timestamp: '2026-05-18T12:00:00Z',
    }),
  });
  expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, 2]);
  const grown = residentMiB() - before;
  thaw();
  await running.more(50);
  const unknown = await running.stop();
  expect([...running.statuses.keys()].sort()).toEqual([202, 503]);
  expect(grown).toBeLessThan(64);
  await expectEachOnce(unknown);
});
