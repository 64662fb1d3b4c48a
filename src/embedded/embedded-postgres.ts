import { join } from 'node:path';
import type { StartupError } from '#config/startup-error.js';
import type { Logger } from '#telemetry/logger.js';
import { startChild } from './child.js';
import { stopLeftover } from './leftovers.js';
import { postgresHome } from './postgres-binaries.js';
import {
  dataFolder,
  ensureDatabase,
  initPostgres,
  postgresCommand,
  postgresReady,
  postgresUrl,
} from './postgres.js';
import { logSize } from './server-log.js';
import { Supervisor } from './supervisor.js';
import { choosePlace, type PostgresPlace } from './unprivileged.js';

export interface ServerContext {
  /** Real path. */
  readonly dataDir: string;
  readonly logger: Logger;
  readonly onGivenUp: (error: StartupError) => void;
}

const DATABASE = 'tidemark';
// Fast shutdown, then immediate.
const SIGNALS = [
  ['SIGINT', 5_000],
  ['SIGQUIT', 1_000],
] as const;

/** Everything before the server can be run: its place, its data folder, and nobody else at work on it. */
export async function preparePostgres(
  { dataDir, logger }: ServerContext,
  password: string,
): Promise<PostgresPlace> {
  const place = choosePlace(await postgresHome(), join(dataDir, 'postgres'), logger);
  await stopLeftover({
    name: 'PostgreSQL',
    pidFile: join(dataFolder(place), 'postmaster.pid'),
    mark: dataFolder(place),
    signals: SIGNALS,
    logger,
  });
  const began = performance.now();
  if ((await initPostgres(place, { password, sync: true })) === 'made')
    logger.info(`Made the database folder in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return place;
}

export async function runPostgres(
  { dataDir, logger, onGivenUp }: ServerContext,
  place: PostgresPlace,
  o: { port: number; password: string },
): Promise<{ url: string; stop(): Promise<void> }> {
  const logPath = join(dataDir, 'logs', 'postgres.log');
  const serverUrl = postgresUrl(o.port, o.password, 'postgres');
  let from = 0;
  const supervisor = await Supervisor.start(
    {
      name: 'PostgreSQL',
      signals: SIGNALS,
      start() {
        from = logSize(logPath);
        return startChild(postgresCommand(place, o.port), { logPath, cwd: place.folder, deathSignal: 'INT' });
      },
      ready: (child) => postgresReady(serverUrl, child, { path: logPath, from }),
    },
    logger,
    onGivenUp,
  );
  try {
    await ensureDatabase(serverUrl, DATABASE);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  logger.info(`PostgreSQL runs on 127.0.0.1:${o.port} (pid ${supervisor.pid})`);
  return { url: postgresUrl(o.port, o.password, DATABASE), stop: () => supervisor.stop() };
}
