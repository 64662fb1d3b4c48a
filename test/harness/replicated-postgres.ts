import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '#telemetry/logger.js';
import { startChild, stopChild } from '#embedded/child.js';
import { postgresHome } from '#embedded/postgres-binaries.js';
import {
  dataFolder,
  ensureDatabase,
  initPostgres,
  POSTGRES_USER,
  postgresCommand,
  postgresReady,
  postgresUrl,
} from '#embedded/postgres.js';
import { choosePlace, type PostgresPlace } from '#embedded/unprivileged.js';
import { endWithUs } from './end-with-us.js';
import { testPort } from './ports.js';

export interface ReplicatedPostgres {
  /** The primary's database. */
  readonly url: string;
  /** The same on a streaming replica. */
  readonly replicaUrl: string;
  stopReplica(): Promise<void>;
  startReplica(): Promise<void>;
  stop(): Promise<void>;
}

const password = 'test';
const DATABASE = 'tidemark';
const quickly = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', shared_buffers: '64MB' };

/** A primary and a hot standby that streams from it: a copy of the folder made before the primary ever ran. */
export async function startReplicatedPostgres(): Promise<ReplicatedPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-test-replica-'));
  const home = await postgresHome();
  const place = (name: string) => choosePlace(home, join(folder, name), silentLogger);
  const [primary, replica] = [place('primary'), place('replica')];
  const [port, replicaPort] = [await testPort(), await testPort()];
  await initPostgres(primary, { password, sync: false });
  cpSync(dataFolder(primary), dataFolder(replica), { recursive: true, preserveTimestamps: true });
  writeFileSync(join(dataFolder(replica), 'standby.signal'), '');

  const stopPrimary = await run(primary, port, quickly);
  await ensureDatabase(postgresUrl(port, password, 'postgres'), DATABASE);
  const follow = () =>
    run(replica, replicaPort, {
      ...quickly,
      primary_conninfo: `host=127.0.0.1 port=${port} user=${POSTGRES_USER} password=${password}`,
    });
  let stopReplica = await follow();
  return {
    url: postgresUrl(port, password, DATABASE),
    replicaUrl: postgresUrl(replicaPort, password, DATABASE),
    stopReplica: () => stopReplica(),
    async startReplica() {
      stopReplica = await follow();
    },
    async stop() {
      await stopReplica();
      await stopPrimary();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function run(
  place: PostgresPlace,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const logPath = join(place.folder, 'postgres.log');
  const child = startChild(postgresCommand(place, port, settings), {
    logPath,
    cwd: place.folder,
    deathSignal: 'INT',
  });
  endWithUs(child, 'SIGQUIT');
  await postgresReady(postgresUrl(port, password, 'postgres'), child, { path: logPath, from: 0 });
  return () => stopChild(child, [['SIGQUIT', 5_000]]).then(() => undefined);
}
