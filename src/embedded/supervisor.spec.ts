import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pino } from 'pino';
import { exitOf, hasExited, startChild } from './child.js';
import { isAlive } from './process-identity.js';
import { Supervisor, type Supervised } from './supervisor.js';

let folder: string;
let lines: string[];
const givenUp = vi.fn();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-test-supervisor-'));
  lines = [];
  givenUp.mockReset();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

/** A server made of shell: `ready` once it has printed that it is. */
function shell(script: () => string): Supervised {
  const logPath = join(folder, 'log');
  return {
    name: 'The server',
    signals: [['SIGTERM', 300]],
    start: () =>
      startChild({ file: '/bin/sh', args: ['-c', script()] }, { logPath, cwd: folder, deathSignal: 'TERM' }),
    async ready(child) {
      while (!readFileSync(logPath, 'utf8').includes(`ready ${child.pid}\n`)) {
        if (hasExited(child)) throw new Error('it ended');
        await exitOf(child, 10);
      }
    },
  };
}

const serving = 'echo ready $$; exec sleep 60';

test('what is killed is started again, with a line for its death and one for its return', async () => {
  const supervisor = await Supervisor.start(
    shell(() => serving),
    logger,
    givenUp,
  );
  const first = supervisor.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await vi.waitFor(() => expect(lines.join('')).toContain('The server is back'), { timeout: 5_000 });
  expect(lines[0]).toContain(`The server (pid ${first}) was ended by SIGKILL; starting it again`);
  expect(lines).toHaveLength(2);
  expect(supervisor.pid).not.toBe(first);
  await supervisor.stop();
  expect(isAlive(supervisor.pid ?? 0)).toBe(false);
  expect(givenUp).not.toHaveBeenCalled();
});

test('what never comes back is given up, loudly', { timeout: 20_000 }, async () => {
  let starts = 0;
  const supervisor = await Supervisor.start(
    shell(() => (starts++ === 0 ? serving : 'exit 3')),
    logger,
    givenUp,
  );
  process.kill(supervisor.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(givenUp).toHaveBeenCalledOnce(), { timeout: 15_000 });
  expect(starts).toBe(6);
  expect(lines.at(-1)).toMatch(/"level":60.*is not started again/);
  await supervisor.stop();
});

test('a stop in the pause before a new start ends at once', async () => {
  let starts = 0;
  const supervisor = await Supervisor.start(
    shell(() => (starts++ === 0 ? serving : 'exit 3')),
    logger,
    givenUp,
  );
  process.kill(supervisor.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(starts).toBe(4), { timeout: 10_000 }); // the next pause takes two seconds
  const began = Date.now();
  await supervisor.stop();
  expect(Date.now() - began).toBeLessThan(1_000);
  expect(givenUp).not.toHaveBeenCalled();
});

test('what ignores its signals is killed', async () => {
  const supervisor = await Supervisor.start(
    shell(() => `trap '' TERM; echo ready $$; while :; do sleep 0.1; done`),
    logger,
    givenUp,
  );
  const { pid = 0 } = supervisor;
  await supervisor.stop();
  expect(isAlive(pid)).toBe(false);
});

test('what does not start is an error, and nothing is left', async () => {
  await expect(
    Supervisor.start(
      shell(() => 'exit 1'),
      logger,
      givenUp,
    ),
  ).rejects.toThrow('it ended');
  const missing: Supervised = {
    ...shell(() => ''),
    start: () =>
      startChild(
        { file: '/nowhere/server', args: [], runAs: { prefix: ['/nowhere/wrapper'] } },
        { logPath: join(folder, 'log'), cwd: folder, deathSignal: 'TERM' },
      ),
    ready: () => new Promise(() => undefined),
  };
  await expect(Supervisor.start(missing, logger, givenUp)).rejects.toThrow(/cannot be run/);
});
