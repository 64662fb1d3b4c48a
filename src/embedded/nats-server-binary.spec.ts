import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StartupError } from '#config/startup-error.js';
import { silentLogger } from '#telemetry/logger.js';
import { obtainNatsServer, type Fetch } from './nats-server-binary.js';
import { fromRelease } from './nats-server-from-release.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tidemark-test-binary-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that answers `--version`, which is all that is asked of it here. */
function program(path: string, version: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  chmodSync(path, 0o755);
  return path;
}

const fetching =
  (version: string): Fetch =>
  async (into) => {
    program(join(into, 'nats-server'), version);
    return 'a test';
  };
const failing: Fetch = async () => {
  throw new Error('no network');
};

function obtain(fetches: Record<string, Fetch> = {}, path: string[] = []) {
  return obtainNatsServer(silentLogger, { cache: join(folder, 'cache'), path, fetches });
}

test('one on PATH is taken when it is new enough', async () => {
  const path = program(join(folder, 'bin', 'nats-server'), '2.10.0');
  expect(await obtain({}, [join(folder, 'bin')])).toEqual({ path, version: '2.10.0', way: 'from PATH' });
});

test('an old one on PATH is passed over, and said so when there is no other', async () => {
  program(join(folder, 'bin', 'nats-server'), '2.9.10');
  const fetched = await obtain({ test: fetching('2.15.1') }, [join(folder, 'bin')]);
  expect(fetched.version).toBe('2.15.1');
  rmSync(join(folder, 'cache'), { recursive: true });
  await expect(obtain({}, [join(folder, 'bin')])).rejects.toThrow(
    /bin\/nats-server is 2\.9\.10, at least 2\.10/,
  );
});

test('what was fetched once is taken from the cache, the newest of it', async () => {
  await obtain({ test: fetching('2.10.27') });
  const cached = await obtain({ test: failing });
  expect(cached).toMatchObject({ version: '2.10.27', way: 'from the cache' });
  program(join(cached.path, '..', '..', 'own', 'nats-server'), '2.11.3');
  expect((await obtain()).version).toBe('2.11.3');
});

test('a way that fails is followed by the next', async () => {
  expect((await obtain({ first: failing, second: fetching('2.12.0') })).way).toContain('a test');
});

test('starts at the same time fetch side by side and leave one whole copy', async () => {
  const got = await Promise.all(Array.from({ length: 5 }, () => obtain({ test: fetching('2.12.0') })));
  expect(new Set(got.map(({ path }) => path)).size).toBe(1);
  expect(readdirSync(join(folder, 'cache', 'nats-server', `${process.platform}-${process.arch}`))).toEqual([
    '2.12.0',
  ]);
});

test('when all fail, one message names every way and what to do', async () => {
  const error = await obtain({ first: failing, second: fetching('2.9.0') }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(StartupError);
  expect((error as Error).message).toMatch(
    /PATH: no nats-server\n.*first: no network\n.*second: it is 2\.9\.0.*\n.*install nats-server[^]*NATS_URL/,
  );
});

describe.runIf(process.platform === 'linux' || process.platform === 'darwin')('the official release', () => {
  let server: Server;
  let base: string;
  const files = new Map<string, Buffer>();
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const name = `nats-server-v2.15.1-${process.platform}-${architecture}`;

  beforeEach(async () => {
    server = createServer((request, response) => {
      const file = files.get(request.url ?? '');
      response.writeHead(file ? 200 : 404).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    program(join(folder, 'release', name, 'nats-server'), '2.15.1');
    const archive = join(folder, 'release.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', join(folder, 'release'), name]);
    const bytes = readFileSync(archive);
    files.set(`/v2.15.1/${name}.tar.gz`, bytes);
    const digest = createHash('sha256').update(bytes).digest('hex');
    files.set(
      '/v2.15.1/SHA256SUMS',
      Buffer.from(`${'0'.repeat(64)}  other.zip\n${digest}  ${name}.tar.gz\n`),
    );
  });
  afterEach(() => server.close());

  const release: Fetch = (into, logger) => fromRelease(into, logger, base);

  test('is unpacked when it has the digest that was published', async () => {
    expect(await obtain({ release })).toMatchObject({ version: '2.15.1' });
  });

  test('is refused when it does not', async () => {
    files.set(`/v2.15.1/${name}.tar.gz`, Buffer.from('something else'));
    await expect(obtain({ release })).rejects.toThrow(
      /has the digest [0-9a-f]{64}, and [0-9a-f]{64} was published/,
    );
  });

  test('is passed over when it cannot be read', async () => {
    files.clear();
    await expect(obtain({ release })).rejects.toThrow(/127\.0\.0\.1:\d+ could not be read \(HTTP 404\)/);
  });
});
