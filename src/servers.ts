import type { Config } from '#config/config.js';
import { StartupError } from '#config/startup-error.js';
import { version } from '#config/version.js';
import { ensureApiLogin } from '#database/api-login.js';
import { migrate } from '#database/data-source.js';
import { lockDataFolder } from '#embedded/data-folder.js';
import { startEmbedded } from '#embedded/embedded.js';
import { removeRuntimeFile, writeRuntimeFile } from '#embedded/runtime-file.js';
import type { Logger } from '#telemetry/logger.js';
import type { Parts } from './parts.js';
import { assertPortFree } from './port.js';

/** Where the servers are; the addresses hold passwords. */
export interface Servers {
  readonly databaseUrl: string;
  /** For whoever answers; undefined: as the owner of the tables. */
  readonly databaseApiUrl: string | undefined;
  readonly natsUrl: string;
  readonly natsMonitorUrl: string | undefined;
}

/** @throws StartupError where the data folder or the port is somebody else's */
export async function takePlace({ dataDir, host, port }: Config, parts: Parts): Promise<void> {
  const lock = lockDataFolder(dataDir);
  parts.add('data folder', () => lock.stop());
  await assertPortFree(host, port);
}

/**
 * Starts the servers that are not named, and brings the database's schema up to this code.
 * `onGivenUp` hears of a server of ours that could not be kept running.
 * @throws StartupError with what to do
 */
export async function startServers(
  config: Config,
  logger: Logger,
  parts: Parts,
  onGivenUp: (error: StartupError) => void,
): Promise<Servers> {
  const embedded = await startEmbedded({
    dataDir: config.dataDir,
    logger,
    wantPostgres: config.databaseUrl === undefined,
    wantNats: config.natsUrl === undefined,
    onGivenUp,
  });
  parts.add('embedded servers', () => embedded.stop());
  const addresses = {
    databaseUrl: named(config.databaseUrl ?? embedded.databaseUrl),
    natsUrl: named(config.natsUrl ?? embedded.natsUrl),
    natsMonitorUrl: config.natsMonitorUrl ?? embedded.natsMonitorUrl,
  };
  await migrate(addresses.databaseUrl, logger);
  const { apiPassword } = embedded;
  const ours = apiPassword !== undefined && !config.open && config.role !== 'projector';
  const databaseApiUrl = ours
    ? await ensureApiLogin(addresses.databaseUrl, apiPassword)
    : config.databaseApiUrl;
  return { ...addresses, databaseApiUrl };
}

/** Tells the command line where this Tidemark is, which serves from now on. Returns its address. */
export async function tellWhere(config: Config, servers: Servers, parts: Parts): Promise<string> {
  const { dataDir, databaseReplicaUrl, host, port, role } = config;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  await writeRuntimeFile(dataDir, { ...servers, databaseReplicaUrl, url, version, role });
  parts.add('runtime file', () => removeRuntimeFile(dataDir));
  return url;
}

function named(url: string | undefined): string {
  if (url === undefined) throw new StartupError('No server to use: set DATABASE_URL and NATS_URL.');
  return url;
}
