import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive } from '#embedded/process-identity.js';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess, type TidemarkOptions } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';
import { expectViews, load, type Sent } from '../soak/support/load.js';

// Role `api` in two processes behind one port, and a projector beside it that counts what they have stored.
let folder: string;
let options: TidemarkOptions;
let tidemark: TidemarkProcess;
let projector: TidemarkProcess;
const sent = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-test-processes-'));
  const env = { TIDEMARK_ROLE: 'api', TIDEMARK_API_PROCESSES: '2', TIDEMARK_LOG_LEVEL: 'debug' };
  options = { dataDir: join(folder, 'api'), port: await testPort(), env };
  await start();
});
afterAll(async () => {
  await projector?.end('SIGTERM').catch(() => undefined);
  await tidemark?.end('SIGTERM').catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  tidemark = await TidemarkProcess.start(options);
  const { databaseUrl, natsUrl, natsMonitorUrl = '' } = tidemark.runtime();
  const servers = { DATABASE_URL: databaseUrl, NATS_URL: natsUrl, NATS_MONITOR_URL: natsMonitorUrl };
  const env = { ...servers, TIDEMARK_ROLE: 'projector', TIDEMARK_PROJECTORS: '1' };
  projector = await TidemarkProcess.start({
    ...{ dataDir: join(folder, 'projector'), port: await testPort(), env },
  });
}

function next(): Sent {
  const eventId = crypto.randomUUID();
  sent.add(eventId);
  const day = { siteId: 'shop', eventType: 'page_view', path: '/', timestamp: '2026-05-17T12:00:00Z' };
  return { ...day, eventId };
}

/** The processes that answer. */
function answering(): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(tidemark.pid)], {
    encoding: 'utf8',
  });
  return stdout
    .split('\n')
    .flatMap((line) => (line.includes('program.js') ? [Number.parseInt(line, 10)] : []));
}

/**
 * Over a connection of its own. @returns the status; rejects where the connection ends without an answer
 * @param rest the end of the body waits for it
 */
function post(event: Sent, rest?: Promise<unknown>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = request(`${tidemark.url}/api/event`, { method: 'POST', headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    call.on('error', reject);
    const body = JSON.stringify(event);
    call.setHeader('content-length', body.length);
    call.write(body.slice(0, 10));
    void Promise.resolve(rest).then(() => call.end(body.slice(10)));
  });
}

async function appended(): Promise<number> {
  const answer = await fetch(`${tidemark.url}/metrics`, { headers: { connection: 'close' } });
  const text = await answer.text();
  expect(text).toContain('tidemark_log_durability{state="synced"} 1\n');
  return Number(/^tidemark_events_appended_total\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

const expectEachOnce = (unknown: readonly Sent[] = []): Promise<void> =>
  expectViews(() => tidemark, sent.size, { again: unknown, projector: () => projector });

test('both answer, each event is stored once, and the metrics of any are those of all', async () => {
  expect(tidemark.output.match(/Tidemark is ready/g)).toHaveLength(1);
  const pids = new Set<number>();
  // Who accepts a connection is whoever looks first.
  await waitFor(async () => {
    expect(await Promise.all(Array.from({ length: 8 }, () => post(next())))).toEqual(Array(8).fill(202));
    for (const line of tidemark.output.split('\n'))
      if (line.includes('"route":"/api/event"')) pids.add((JSON.parse(line) as { pid: number }).pid);
    return pids.size > 1;
  });
  expect([...pids].sort()).toEqual(answering().sort());
  for (let i = 0; i < 4; i++) expect(await appended()).toBe(sent.size);
  await expectEachOnce();
});

test('one that is killed under load is replaced while the other answers', async () => {
  const running = load(() => tidemark, next);
  await running.more(100);
  const [killed = 0, other = 0] = answering();
  process.kill(killed, 'SIGKILL');
  await running.more(200);
  await tidemark.says(new RegExp(`API process \\(pid ${killed}\\) was ended by SIGKILL; starting it again`));
  await tidemark.says(/API process is back \(pid \d+\)/);
  const now = answering();
  expect(now).toHaveLength(2);
  expect(now).toContain(other);
  await running.more(100);
  await expectEachOnce(await running.stop());
});

test('what one counted that has died is in the metrics for good', async () => {
  const before = await appended();
  const [killed = 0] = answering();
  process.kill(killed, 'SIGKILL');
  await tidemark.says(new RegExp(`\\(pid ${killed}\\) was ended by SIGKILL; .*API process is back`, 's'));
  for (let i = 0; i < 4; i++) expect(await appended()).toBe(before);
});

test('whoever comes while one is frozen is answered by the other', async () => {
  const [frozen = 0] = answering();
  process.kill(frozen, 'SIGSTOP');
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(next())));
  expect(new Set(answers)).toEqual(new Set([202]));
  process.kill(frozen, 'SIGKILL');
  await tidemark.says(new RegExp(`\\(pid ${frozen}\\) was ended by SIGKILL; .*API process is back`, 's'));
  await expectEachOnce();
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s to all of them under load, as of a terminal: what was accepted is stored, and it ends with 0',
  async (signal) => {
    const running = load(() => tidemark, next);
    await running.more(200);
    const all = answering();
    expect(all).toHaveLength(2);
    const halves = Array.from({ length: 4 }, () => post(next(), sleep(600)));
    await sleep(200);
    for (const pid of all) process.kill(pid, signal);
    const began = Date.now();
    expect(await tidemark.end(signal)).toEqual({ code: 0, signal: null });
    // What was on its way was answered.
    expect(await Promise.all(halves)).toEqual([202, 202, 202, 202]);
    expect(Date.now() - began).toBeLessThan(9_500);
    expect(all.filter(isAlive)).toEqual([]);
    await projector.end('SIGTERM');
    const stopped = running.stop();
    await start();
    await expectEachOnce(await stopped);
  },
);

test('the others end when the one that supervises is killed, and the next start works', async () => {
  const all = answering();
  await tidemark.end('SIGKILL');
  await waitFor(() => !all.some(isAlive), { timeout: 5_000 });
  await projector.end('SIGTERM');
  await start();
  await expectEachOnce();
});

test('one that dies again and again ends everything, with a line that says so', async () => {
  const kill = setInterval(() => {
    for (const pid of answering()) process.kill(pid, 'SIGKILL');
  }, 50);
  const exit = await tidemark.ended().finally(() => clearInterval(kill));
  expect(exit).toEqual({ code: 1, signal: null });
  expect(tidemark.output).toMatch(/API process died 6 times in a row and is not started again/);
});
