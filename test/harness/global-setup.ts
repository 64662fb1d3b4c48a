import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { silentLogger } from '#telemetry/logger.js';
import { startChild, stopChild } from '#embedded/child.js';
import { obtainNatsServer } from '#embedded/nats-server-binary.js';
import { postgresHome } from '#embedded/postgres-binaries.js';
import { initPostgres, postgresCommand, postgresReady, postgresUrl } from '#embedded/postgres.js';
import { choosePlace } from '#embedded/unprivileged.js';
import { endWithUs } from './end-with-us.js';
import { testPort } from './ports.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A database on the run's server, as its superuser; tests make their own with `createDatabase`. */
    postgresUrl: string;
    natsServerPath: string;
  }
}

interface Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

// The projects of one run share the server: vitest calls the setup once for each of them, in one process.
const shared = globalThis as { tidemarkTestServer?: Promise<Server>; tidemarkTestUsers?: number };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.tidemarkTestUsers = (shared.tidemarkTestUsers ?? 0) + 1;
  shared.tidemarkTestServer ??= startPostgres();
  const [server, nats] = await Promise.all([shared.tidemarkTestServer, obtainNatsServer(silentLogger)]);
  project.provide('postgresUrl', server.url);
  project.provide('natsServerPath', nats.path);
  return async () => {
    shared.tidemarkTestUsers = (shared.tidemarkTestUsers ?? 1) - 1;
    if (shared.tidemarkTestUsers === 0) await server.stop();
  };
}

/** One PostgreSQL for the run: the real server, without its waits for the disk. */
async function startPostgres(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-test-postgres-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  let child: ChildProcess | undefined;
  try {
    const place = choosePlace(await postgresHome(), folder, silentLogger);
    const password = 'test';
    await initPostgres(place, { password, sync: false });
    const port = await testPort();
    const logPath = join(folder, 'postgres.log');
    const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
    child = startChild(postgresCommand(place, port, settings), {
      logPath,
      cwd: place.folder,
      deathSignal: 'INT',
    });
    const started = child;
    endWithUs(started, 'SIGQUIT');
    const url = postgresUrl(port, password, 'postgres');
    await postgresReady(url, started, { path: logPath, from: 0 });
    return {
      url,
      stop: async () => {
        await stopChild(started, [['SIGQUIT', 5_000]]);
        remove();
      },
    };
  } catch (error) {
    if (child) await stopChild(child, [['SIGQUIT', 2_000]]);
    remove();
    throw error;
  }
}
