import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Config } from '#config/config.js';
import { StartupError } from '#config/startup-error.js';

/** Addresses of the servers behind a running Tidemark. They change when embedded servers are started again. */
export interface Instance {
  /** Process that serves; undefined where the addresses come from the environment. */
  readonly pid: number | undefined;
  readonly url: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly natsUrl: string | undefined;
  readonly natsMonitorUrl: string | undefined;
}

/** The instance that runs on the data folder, else what the environment names, else undefined. */
export async function findInstance(config: Config): Promise<Instance | undefined> {
  const running = await readRuntimeFile(join(config.dataDir, 'runtime.json'));
  if (running) return running;
  if (!config.databaseUrl && !config.natsUrl) return undefined;
  const { databaseUrl, natsUrl, natsMonitorUrl } = config;
  return { pid: undefined, url: undefined, databaseUrl, natsUrl, natsMonitorUrl };
}

/** Like `findInstance`, for a command that cannot do without these addresses. */
export async function requireInstance<K extends 'databaseUrl' | 'natsUrl'>(
  config: Config,
  ...needed: readonly K[]
): Promise<Instance & Readonly<Record<K, string>>> {
  const instance = await findInstance(config);
  if (!instance) {
    throw new StartupError(
      `Nothing runs on ${config.dataDir}: start it first with "npm start" (in another terminal), ` +
        'or set DATABASE_URL and NATS_URL to the servers of a running one.',
    );
  }
  if (!hasAll(instance, needed)) {
    const missing = needed.filter((key) => !instance[key]).map((key) => VARIABLES[key]);
    throw new StartupError(`This command also needs ${missing.join(' and ')} to be set.`);
  }
  return instance;
}

const VARIABLES = { databaseUrl: 'DATABASE_URL', natsUrl: 'NATS_URL' } as const;

function hasAll<K extends 'databaseUrl' | 'natsUrl'>(
  instance: Instance,
  keys: readonly K[],
): instance is Instance & Readonly<Record<K, string>> {
  return keys.every((key) => Boolean(instance[key]));
}

async function readRuntimeFile(path: string): Promise<Instance | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new StartupError(
      `Cannot read ${path}: ${(error as Error).message}. Run as the user that started it.`,
    );
  }
  const value = parse(text);
  const pid = value?.['pid'];
  // A file left behind by a killed process names servers that may be gone.
  if (!value || typeof pid !== 'number' || !isAlive(pid)) return undefined;
  const field = (name: string): string | undefined => {
    const found = value[name];
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  return {
    pid,
    url: field('url'),
    databaseUrl: field('databaseUrl'),
    natsUrl: field('natsUrl'),
    natsMonitorUrl: field('natsMonitorUrl'),
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // caught half-written: the same as not there yet
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
