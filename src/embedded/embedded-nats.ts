import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '#config/machine.js';
import { startChild } from './child.js';
import type { ServerContext } from './embedded-postgres.js';
import { stopLeftover } from './leftovers.js';
import { natsConfig, NATS_USER } from './nats-config.js';
import { obtainNatsServer, type NatsServer } from './nats-server-binary.js';
import { natsReady } from './nats.js';
import { logSize } from './server-log.js';
import { Supervisor } from './supervisor.js';

const SIGNALS = [['SIGTERM', 5_000]] as const;

/** Everything before the server can be run: its program, and nobody else at work on its store. */
export async function prepareNats({ dataDir, logger }: ServerContext): Promise<NatsServer> {
  await stopLeftover({
    name: 'nats-server',
    pidFile: join(dataDir, 'nats-server.pid'),
    mark: join(dataDir, 'nats.conf'),
    signals: SIGNALS,
    logger,
  });
  const binary = await obtainNatsServer(logger, { cache: writableCache(dataDir) });
  logger.info(`nats-server ${binary.version}: ${binary.way}`);
  return binary;
}

export async function runNats(
  { dataDir, logger, onGivenUp }: ServerContext,
  binary: NatsServer,
  o: { port: number; monitorPort: number; password: string },
): Promise<{ url: string; monitorUrl: string; stop(): Promise<void> }> {
  const logPath = join(dataDir, 'logs', 'nats-server.log');
  const configPath = join(dataDir, 'nats.conf');
  const storeDir = join(dataDir, 'nats');
  const pidPath = join(dataDir, 'nats-server.pid');
  const monitorUrl = `http://127.0.0.1:${o.monitorPort}`;
  let from = 0;
  const supervisor = await Supervisor.start(
    {
      name: 'nats-server',
      signals: SIGNALS,
      start() {
        from = logSize(logPath);
        const text = natsConfig({
          ...o,
          storeDir,
          pidPath,
          maxFileStoreBytes: fileStoreLimit(dataDir, storeDir),
          syncAlways: true,
        });
        writeFileSync(configPath, text, { mode: 0o600 });
        return startChild(
          { file: binary.path, args: ['-c', configPath] },
          { logPath, cwd: dataDir, deathSignal: 'TERM' },
        );
      },
      ready: (child) => natsReady(monitorUrl, child, { path: logPath, from }),
    },
    logger,
    onGivenUp,
  );
  logger.info(`nats-server runs on 127.0.0.1:${o.port} (pid ${supervisor.pid})`);
  return {
    url: `nats://${NATS_USER}:${o.password}@127.0.0.1:${o.port}`,
    monitorUrl,
    async stop() {
      await supervisor.stop();
      rmSync(pidPath, { force: true });
    },
  };
}

/** What the store has already, and four fifths of what the disk has left: PostgreSQL needs some of it too. */
function fileStoreLimit(dataDir: string, storeDir: string): number {
  const { bavail, bsize } = statfsSync(dataDir);
  return Math.floor(sizeOf(storeDir) + bavail * bsize * 0.8);
}

function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** The cache outlives this clone; a user without a home keeps downloads in the data folder. */
function writableCache(dataDir: string): string {
  const shared = cacheFolder();
  try {
    mkdirSync(shared, { recursive: true });
    accessSync(shared, constants.W_OK);
    return shared;
  } catch {
    return join(dataDir, 'cache');
  }
}
