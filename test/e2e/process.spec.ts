import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  existsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findExecutable } from '#embedded/executables.js';
import { isAlive } from '#embedded/process-identity.js';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess, type TidemarkOptions } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';

let folder: string;
let options: TidemarkOptions;
let running: TidemarkProcess | undefined;
let sent = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-test-process-'));
  options = { dataDir: join(folder, 'data'), port: await testPort() };
});

afterAll(async () => {
  await running?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

async function start(env?: Record<string, string>): Promise<TidemarkProcess> {
  running = await TidemarkProcess.start(env === undefined ? options : { ...options, env });
  return running;
}

/** Sends one event and waits until the read models have counted everything that was ever acknowledged here. */
async function eventFlows(tidemark: TidemarkProcess): Promise<void> {
  const eventId = crypto.randomUUID();
  const body = {
    siteId: 'shop',
    eventType: 'page_view',
    path: '/',
    timestamp: '2026-05-17T12:00:00Z',
    eventId,
  };
  await waitFor(
    async () => {
      const answer = await fetch(`${tidemark.url}/api/event`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await answer.text();
      return answer.status === 202;
    },
    { timeout: 30_000, message: 'an event to be taken' },
  );
  sent += 1;
  await waitFor(
    async () => {
      const answer = await fetch(`${tidemark.url}/api/stats?siteId=shop&date=2026-05-17`);
      const { totalViews } = (await answer.json()) as { totalViews?: number };
      return totalViews === sent;
    },
    { timeout: 30_000, message: () => `${sent} views to be counted; it wrote:\n${tidemark.output}` },
  );
}

async function allGone(pids: Iterable<number>): Promise<void> {
  for (const pid of pids) await waitFor(() => !isAlive(pid), { message: `process ${pid} to be gone` });
}

describe('one instance', () => {
  test('starts, ends its output with the address, and takes events to the read models', async () => {
    const tidemark = await start();
    const address = tidemark.output.indexOf(`Tidemark is ready: ${tidemark.url}`);
    expect(address).toBeGreaterThan(tidemark.output.indexOf('PostgreSQL runs on'));
    expect(tidemark.runtime()).toMatchObject({ pid: tidemark.pid, url: tidemark.url, role: 'all' });
    expect(statSync(join(options.dataDir, 'runtime.json')).mode & 0o777).toBe(0o600);
    await eventFlows(tidemark);
  });

  test('a second start on its data folder is refused, naming it', async () => {
    const second = TidemarkProcess.spawn({ ...options, port: await testPort() });
    expect(await second.ended()).toEqual({ code: 1, signal: null });
    expect(second.output).toMatch(
      new RegExp(`already runs on the data folder .*: process ${running?.pid}, on ${running?.url}`),
    );
    expect(second.output).not.toMatch(/\n\s+at /);
    // Also with the same port, which is what a second `npm start` really has.
    const third = TidemarkProcess.spawn(options);
    expect(await third.ended()).toEqual({ code: 1, signal: null });
    expect(third.output).toContain(`process ${running?.pid}`);
  });

  test.each([
    ['postgres', 'PostgreSQL'],
    ['nats', 'nats-server'],
  ] as const)('a killed %s is started again with a log line, and events flow again', async (server, name) => {
    const tidemark = running as TidemarkProcess;
    const before = tidemark.servers()[server];
    process.kill(before, 'SIGKILL');
    await tidemark.says(new RegExp(`${name} \\(pid ${before}\\) was ended by SIGKILL; starting it again`));
    await tidemark.says(new RegExp(`${name} is back \\(pid \\d+\\)`));
    expect(tidemark.servers()[server]).not.toBe(before);
    await eventFlows(tidemark);
  });

  test('SIGTERM stops everything within ten seconds and leaves nothing', async () => {
    const tidemark = running as TidemarkProcess;
    const servers = Object.values(tidemark.servers());
    const began = Date.now();
    expect(await tidemark.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(Date.now() - began).toBeLessThan(10_000);
    await allGone(servers);
    for (const file of ['lock', 'runtime.json', 'nats-server.pid', 'postgres/data/postmaster.pid'])
      expect(existsSync(join(options.dataDir, file)), file).toBe(false);
  });

  test('a second start rebuilds nothing, is ready in five seconds and has the same addresses', async () => {
    const ports = readFileSync(join(options.dataDir, 'ports.json'), 'utf8');
    const timedStart = async () => {
      const began = Date.now();
      return { tidemark: await start(), took: Date.now() - began };
    };
    let { tidemark, took } = await timedStart();
    if (took >= 5_000) {
      // Once more: the machine may have been busy with something else.
      await tidemark.end('SIGTERM');
      ({ tidemark, took } = await timedStart());
    }
    expect(took).toBeLessThan(5_000);
    expect(tidemark.output).not.toMatch(/Building|Installing|Made the database/);
    expect(readFileSync(join(options.dataDir, 'ports.json'), 'utf8')).toBe(ports);
    await eventFlows(tidemark);
  });

  test('after kill -9 its servers go too, and the next start just works', async () => {
    const tidemark = running as TidemarkProcess;
    const servers = Object.values(tidemark.servers());
    await tidemark.end('SIGKILL');
    if (process.platform === 'linux') await allGone(servers);
    await eventFlows(await start());
  });

  test('after kill -9 of the whole group at once, the next start just works', async () => {
    const tidemark = running as TidemarkProcess;
    for (const pid of [tidemark.pid, ...Object.values(tidemark.servers())]) process.kill(pid, 'SIGKILL');
    await tidemark.ended();
    await eventFlows(await start());
  });

  test('servers that a killed process left running are recognised, stopped and replaced', async () => {
    await running?.end('SIGTERM');
    // Without setpriv there is no death signal, as on macOS.
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const name of ['sh', 'unshare', 'id', 'ps']) {
      const path = findExecutable(name);
      if (path !== undefined) symlinkSync(path, join(bin, name));
    }
    const first = await start({ PATH: bin });
    const left = first.servers();
    await first.end('SIGKILL');
    expect(Object.values(left).map(isAlive)).toEqual([true, true]);
    const second = await start();
    expect(second.output).toMatch(new RegExp(`Stopping the PostgreSQL \\(pid ${left.postgres}\\)`));
    expect(second.output).toMatch(new RegExp(`Stopping the nats-server \\(pid ${left.nats}\\)`));
    await allGone(Object.values(left));
    await eventFlows(second);
  });

  test('the pid files and the lock of dead processes whose ids are in use again are no obstacle', async () => {
    await running?.end('SIGTERM');
    const stranger = process.pid;
    writeFileSync(join(options.dataDir, 'lock'), JSON.stringify({ pid: stranger, startedAt: 'long ago' }));
    writeFileSync(join(options.dataDir, 'nats-server.pid'), String(stranger));
    writeFileSync(join(options.dataDir, 'postgres/data/postmaster.pid'), `${stranger}\n${options.dataDir}\n`);
    await eventFlows(await start());
    expect(isAlive(stranger)).toBe(true);
  });
});
