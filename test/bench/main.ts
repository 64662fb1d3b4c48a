import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { lockDataFolder } from '#embedded/data-folder.js';
import { startEmbedded } from '#embedded/embedded.js';
import { silentLogger } from '#telemetry/logger.js';
import { coreRows } from './core.js';
import { batchRow, singleRow } from './http.js';
import { restartRow, startProduct } from './product.js';
import { dailyStatsRow, delayRow, sendYear, untilCounted } from './reading.js';
import { printTable, writeJson, type Row } from './report.js';

const { values: options } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
const parts: Readonly<Record<string, () => Promise<Row[]>>> = { core, door, product };

/** The engine alone, on servers of its own. */
async function core(): Promise<Row[]> {
  return inFolder(async (dataDir) => {
    const lock = lockDataFolder(dataDir);
    const servers = await startEmbedded({
      dataDir,
      logger: silentLogger,
      wantPostgres: true,
      wantNats: true,
      onGivenUp: (error) => {
        throw error;
      },
    });
    try {
      const { databaseUrl = '', natsUrl = '', natsMonitorUrl = '' } = servers;
      const baselineUrl = await database(databaseUrl, 'baseline');
      return await coreRows({ natsUrl, monitorUrl: natsMonitorUrl, databaseUrl, baselineUrl });
    } finally {
      await servers.stop();
      await lock.stop();
    }
  });
}

/** The doors alone: the process of role `api`, with its servers beside it. */
async function door(): Promise<Row[]> {
  return inFolder(async (dataDir) => {
    const running = await startProduct(dataDir, 'api');
    try {
      return [await singleRow(running.url, 'api')];
    } finally {
      await running.stop();
    }
  });
}

/** The whole product as one process, role `all`, as `npm start` runs it. */
async function product(): Promise<Row[]> {
  return inFolder(async (dataDir) => {
    let running = await startProduct(dataDir);
    try {
      const perDay = 300;
      const year = await sendYear(running.url, 'year', perDay);
      await untilCounted(running.url, 'year', year);
      const delay = await delayRow(running.url, 1_000, 10);
      const daily = await dailyStatsRow(running.url, 'year', year);
      const http = [await singleRow(running.url, 'all'), await batchRow(running.url)];
      const memory = running.residentMiB();
      await running.stop();
      const restart = await restartRow(dataDir, (again) => (running = again));
      const rss: Row = {
        figure: 'memory of the process after the load',
        value: memory,
        unit: 'MiB RSS',
        note: 'PostgreSQL and nats-server not included',
      };
      return [...http, daily, delay, restart, rss];
    } finally {
      await running.stop();
    }
  });
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

async function inFolder(work: (dataDir: string) => Promise<Row[]>): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
  try {
    return await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

const rows: Row[] = [];
for (const [name, part] of Object.entries(parts)) {
  if (options.only !== undefined && options.only !== name) continue;
  console.error(`measuring: ${name} …`);
  rows.push(...(await part()));
}
printTable(rows);
if (options.json !== undefined) writeJson(options.json, rows);
process.exitCode = rows.some((row) => row.met === false) ? 1 : 0;
