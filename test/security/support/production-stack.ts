import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureApiLogin } from '#database/api-login.js';

import { createDatabase } from '../../harness/database.js';
import { startNats } from '../../harness/nats.js';
import { startStack, type Stack } from '../../harness/stack.js';

export interface ProductionStack extends Stack {
  /** Every address that its HTTP server was given, as `POST /api/event`. */
  readonly routes: readonly string[];
}

// It takes no server of its own machine, and 0.0.0.0 leads to one without being a name of it.
const elsewhere = (url: string): string => url.replace('127.0.0.1', '0.0.0.0');

/** The product as it runs in production, behind https, where people sign in: servers of others, each login with its own rights. */
export async function startProduction(): Promise<ProductionStack> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-production-'));
  const routesFile = join(folder, 'routes');
  const [database, nats] = await Promise.all([createDatabase('plain'), startNats()]);
  const removeServers = async () => {
    await nats.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      web: true,
      env: {
        NODE_ENV: 'production',
        NODE_OPTIONS: `--import ${join(import.meta.dirname, 'note-routes.mjs')}`,
        ROUTES_FILE: routesFile,
        DATABASE_URL: elsewhere(database.url),
        DATABASE_API_URL: elsewhere(await ensureApiLogin(database.adminUrl, 'test')),
        NATS_URL: elsewhere(nats.url),
        NATS_MONITOR_URL: elsewhere(nats.monitorUrl),
        TIDEMARK_OPEN: 'false',
        TIDEMARK_PUBLIC_URL: 'https://stats.example.org',
        TIDEMARK_SECRET: 'a secret of a test, of at least 32 characters',
      },
    });
    const stop = stack.stop.bind(stack);
    return Object.assign(stack, {
      routes: readFileSync(routesFile, 'utf8').trim().split('\n'),
      stop: async () => {
        await stop();
        await removeServers();
      },
    });
  } catch (error) {
    await removeServers();
    throw error;
  }
}
