import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fedGenerations } from '#database/fed-generations.js';
import { findJob, requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { buildProduct, root } from '../harness/build.js';
import { cleanEnvironment, startCommand } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { Lab, labEvent } from './support/projector-lab.js';

const QUESTION = /Serve generation (\d+) of lab_days\? \[y\/N\] /;

let lab: Lab;
beforeAll(async () => {
  buildProduct();
  lab = await Lab.open();
  await lab.started();
  await lab.append([labEvent('site-a', 1)]);
  await lab.drained();
});
afterAll(() => lab?.close());

let served: number;
beforeEach(async () => {
  const job = await requestJob(lab.pool, 'rebuild', { projection: 'lab_days', swap: false });
  await waitFor(async () => (await findJob(rowsOf(lab.pool), job))?.state === 'done', { timeout: 60_000 });
  served = await servedNow();
});

async function servedNow(): Promise<number> {
  const generations = await fedGenerations(rowsOf(lab.pool), 'lab_days');
  return generations.find(({ status }) => status === 'served')?.number ?? 0;
}

const environment = () => ({ DATABASE_URL: lab.database.url, NATS_URL: lab.nats.url });

/** `tidemark swap lab_days` on a terminal of its own, where somebody types this once they are asked. */
async function onTerminal(keys: string): Promise<{ code: number | null; screen: string; asked: number }> {
  const command = `'${process.execPath}' '${join(root, 'dist/src/cli/main.js')}' swap lab_days`;
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: root,
    env: { ...cleanEnvironment(), TIDEMARK_DATA_DIR: '/nowhere', TERM: 'dumb', ...environment() },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    await waitFor(() => QUESTION.test(screen) || child.exitCode !== null, {
      timeout: 60_000,
      message: () => `the question on the terminal:\n${screen}`,
    });
    child.stdin.write(keys);
    const code = await ended;
    return { code, screen, asked: Number(QUESTION.exec(screen)?.[1]) };
  } finally {
    child.kill('SIGKILL');
  }
}

// The `script` of util-linux; elsewhere it takes other options.
test.runIf(process.platform === 'linux')(
  'on a terminal, shows the difference, asks, and does it on yes',
  async () => {
    const { code, screen, asked } = await onTerminal('y\r');
    expect(screen).toMatch(/0 differences between generation [^]*\[y\/N\] [^]*is served now/);
    expect([code, await servedNow()]).toEqual([0, asked]);
    expect(asked).toBeGreaterThan(served);
  },
);

test.runIf(process.platform === 'linux').each([
  ['no', 'n\r'],
  ['only Return', '\r'],
  ['Ctrl-D', '\u0004'],
  ['Ctrl-C', '\u0003'],
])('on a terminal, %s changes nothing', async (_, keys) => {
  const { code, screen } = await onTerminal(keys);
  expect(screen).toMatch(/\[y\/N\] [^]*^Nothing was changed\.\r?$/m);
  expect([code, await servedNow()]).toEqual([1, served]);
});

test('where nobody can be asked, shows the difference and changes nothing without --yes', async () => {
  const run = async (...args: string[]) => {
    const command = startCommand('/nowhere', ['swap', 'lab_days', ...args], environment());
    command.child.stdin?.end();
    return command.done;
  };
  const asked = await run();
  expect(asked).toMatchObject({
    code: 1,
    stderr: 'Nothing was changed: there is no terminal to ask on. Add --yes where it is to be served.\n',
  });
  expect(asked.stdout).toMatch(/^0 differences between /);
  expect(await servedNow()).toBe(served);
  const told = await run('--yes');
  expect(told).toMatchObject({ code: 0, stderr: '' });
  expect(await servedNow()).toBeGreaterThan(served);
});
