import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '#embedded/process-identity.js';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess, type TidemarkOptions } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-test-start-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a signal to `npm start` reaches the server, and its exit code comes back', async () => {
  const dataDir = join(folder, 'npm');
  const tidemark = await TidemarkProcess.start({ dataDir, port: await testPort(), npm: true });
  const pids = [tidemark.runtime().pid, ...Object.values(tidemark.servers())];
  expect(pids).not.toContain(tidemark.pid);
  await tidemark.end('SIGTERM');
  await waitFor(() => !pids.some(isAlive), { message: 'its processes to be gone' });
  const refused = TidemarkProcess.spawn({ dataDir, port: await testPort(), npm: true, env: { PORT: 'x' } });
  expect((await refused.ended()).code).toBe(1);
});

describe('a start that cannot work', () => {
  async function refused(o: Partial<TidemarkOptions>): Promise<string> {
    const dataDir = mkdtempSync(join(folder, 'refused-'));
    const tidemark = TidemarkProcess.spawn({ dataDir, port: await testPort(), ...o });
    expect(await tidemark.ended()).toEqual({ code: 1, signal: null });
    expect(tidemark.output).not.toMatch(/\n\s+at /);
    expect(existsSync(join(o.dataDir ?? dataDir, 'lock'))).toBe(false);
    return tidemark.output;
  }

  const several = { TIDEMARK_ROLE: 'api', TIDEMARK_API_PROCESSES: '2' };

  test.each([{}, several])('on a port that is taken says so, and starts no server: %o', async (env) => {
    const port = await testPort();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const output = await refused({ port, env }).finally(() => taken.close());
    expect(output).toContain(`port ${port} on 127.0.0.1 is taken`);
    expect(output).not.toContain('PostgreSQL runs on');
  });

  test.each([{}, several])(
    'on a port that is taken while it starts says so as well, once: %o',
    async (env) => {
      const port = await testPort();
      const dataDir = mkdtempSync(join(folder, 'late-'));
      const output = refused({ port, dataDir, env });
      const taken = createServer();
      // Its servers are started once it has found the port free.
      await waitFor(() => existsSync(join(dataDir, 'postgres')), { timeout: 30_000, interval: 5 });
      await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
      const lines = (await output.finally(() => taken.close())).split('\n');
      expect(lines.filter((line) => line.includes(`port ${port} on 127.0.0.1 is taken`))).toHaveLength(1);
    },
  );

  test('with wrong settings names them all', async () => {
    const output = await refused({
      env: { TIDEMARK_ROLE: 'boss', TIDEMARK_PARTITION: '3', HOST: '0.0.0.0' },
    });
    expect(output).toMatch(
      /TIDEMARK_ROLE: "boss".*\n.*TIDEMARK_PARTITION: .*TIDEMARK_PARTITIONS\?\n.*HOST: 0\.0\.0\.0/,
    );
  });

  test('in production without servers says what must be set', async () => {
    const output = await refused({ env: { NODE_ENV: 'production' } });
    expect(output).toMatch(/DATABASE_URL: must be set[^]*NATS_URL: must be set/);
  });

  test('on a data folder that is a file says so', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    expect(await refused({ dataDir: file })).toMatch(
      /data folder .*a-file cannot be written: there is a file in its way/,
    );
  });

  test('on data of another PostgreSQL names both versions', async () => {
    const dataDir = mkdtempSync(join(folder, 'old-'));
    mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '15\n');
    expect(await refused({ dataDir })).toMatch(
      /written by PostgreSQL 15, and this Tidemark runs PostgreSQL 18/,
    );
  });

  test('with a database that does not answer names it without its password', async () => {
    const DATABASE_URL = `postgres://tidemark:hunter2@127.0.0.1:${await testPort()}/tidemark`;
    const output = await refused({ env: { DATABASE_URL } });
    expect(output).toContain('127.0.0.1');
    expect(output).not.toContain('hunter2');
  });

  test.each([{}, several])(
    'with a log that does not answer names it without its password, once: %o',
    async (env) => {
      const NATS_URL = `nats://tidemark:hunter2@127.0.0.1:${await testPort()}`;
      const output = await refused({ env: { ...env, NATS_URL } });
      expect(output.match(/No NATS server can be used at/g)).toHaveLength(1);
      expect(output).not.toContain('hunter2');
    },
  );
});
