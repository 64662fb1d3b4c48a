import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { lockDataFolder } from '#embedded/data-folder.js';
import { startEmbedded } from '#embedded/embedded.js';
import { silentLogger } from '#telemetry/logger.js';

export interface Servers {
  readonly natsUrl: string;
  readonly monitorUrl: string;
  readonly databaseUrl: string;
  /** A second database of the same server, for what the product is held against. */
  readonly baselineUrl: string;
}

/** PostgreSQL and nats-server as the product itself starts them, in a folder of their own; `dataDir` is another one. */
export async function withServers<T>(work: (servers: Servers, dataDir: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const lock = lockDataFolder(folder);
    const embedded = await startEmbedded({
      dataDir: folder,
      logger: silentLogger,
      wantPostgres: true,
      wantNats: true,
      onGivenUp: (error) => {
        throw error;
      },
    });
    const { databaseUrl = '', natsUrl = '', natsMonitorUrl = '' } = embedded;
    try {
      const baselineUrl = await database(databaseUrl, 'baseline');
      const servers = { natsUrl, monitorUrl: natsMonitorUrl, databaseUrl, baselineUrl };
      return await inFolder((dataDir) => work(servers, dataDir));
    } finally {
      await embedded.stop();
      await lock.stop();
    }
  });
}

export async function inFolder<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
  try {
    return await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function database(url: string, name: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
