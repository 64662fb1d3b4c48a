import type { Config } from '#config/config.js';
import { StartupError } from '#config/startup-error.js';
import { isAlive } from '#embedded/process-identity.js';
import { readRuntimeFile } from '#embedded/runtime-file.js';

/** Addresses of the servers behind a running Tidemark. They may change when it is started again. */
export interface Instance {
  /** Where the dashboard is; undefined where the addresses come from the environment. */
  readonly url: string | undefined;
  readonly databaseUrl: string | undefined;
  /** Undefined: it answers from `databaseUrl`. */
  readonly databaseReplicaUrl: string | undefined;
  readonly natsUrl: string | undefined;
  readonly natsMonitorUrl: string | undefined;
}

/** The instance that runs on the data folder, else what the environment names, else undefined. */
export function findInstance(config: Config): Instance | undefined {
  const found = readRuntimeFile(config.dataDir);
  // A file left behind by a killed process names servers that may be gone.
  if (found && isAlive(found.pid)) {
    const { url, databaseUrl, databaseReplicaUrl, natsUrl, natsMonitorUrl } = found;
    return { url, databaseUrl, databaseReplicaUrl, natsUrl, natsMonitorUrl };
  }
  const { databaseUrl, databaseReplicaUrl, natsUrl, natsMonitorUrl } = config;
  if (!databaseUrl && !natsUrl) return undefined;
  return { url: undefined, databaseUrl, databaseReplicaUrl, natsUrl, natsMonitorUrl };
}

const VARIABLES = { databaseUrl: 'DATABASE_URL', natsUrl: 'NATS_URL' } as const;
type Address = keyof typeof VARIABLES;

/** Like `findInstance`, for a command that cannot do without this address. */
export function requireInstance<K extends Address>(
  config: Config,
  needed: K,
): Instance & Readonly<Record<K, string>> {
  const instance = findInstance(config);
  if (!instance) {
    throw new StartupError(
      `Nothing of yours runs on ${config.dataDir}: start it first with "npm start" (in another terminal), ` +
        'or set DATABASE_URL and NATS_URL to the servers of a running one.',
    );
  }
  if (!has(instance, needed))
    throw new StartupError(`This command also needs ${VARIABLES[needed]} to be set.`);
  return instance;
}

function has<K extends Address>(
  instance: Instance,
  key: K,
): instance is Instance & Readonly<Record<K, string>> {
  return Boolean(instance[key]);
}
