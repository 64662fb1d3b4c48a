import { parseArgs } from 'node:util';
import { accessRows } from './access.js';
import { engineRows, rateOf, rebuildRow, storageRow } from './engine.js';
import { historyRows } from './history.js';
import { batchRow, heldRow, lagRow, singleRows } from './http.js';
import { overloadRow } from './overload.js';
import { restartRow, startProduct } from './product.js';
import { dailyStatsRow, delayRow, sendYear, untilCounted } from './reading.js';
import { printTable, writeJson, type Row } from './report.js';
import { inFolder } from './servers.js';
import { switchingRows } from './switching.js';
import { takeoverRows } from './takeover.js';
import { liveLike } from './traffic.js';

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string' }, scale: { type: 'string' } },
});
const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  core,
  busy,
  door,
  product,
  access: accessRows,
  takeover: takeoverRows,
  history: () => historyRows({ others: 9, together: false }),
  ...(options.scale === 'large'
    ? { large, largeHistory: () => historyRows({ others: 49, together: true }) }
    : {}),
};

/** The engine on the traffic of fifty sites. */
async function core(): Promise<Row[]> {
  return engineRows(liveLike, { name: '50 sites', mark: 30 }, async (running) => [
    await storageRow(running),
    ...(await switchingRows(running)),
    await rebuildRow(running),
  ]);
}

/** The engine on one busy site, which lives in one partition. */
async function busy(): Promise<Row[]> {
  return engineRows({ ...liveLike, sites: 1, count: 300_000 }, { name: 'one busy site', mark: 40 });
}

/** The same traffic for a hundred days: does the projector keep its speed while the ledger grows? A quarter of an hour. */
async function large(): Promise<Row[]> {
  const million = 1_000_000;
  const options = { ...liveLike, count: 20 * million, spanMs: 20 * liveLike.spanMs };
  return engineRows(options, { name: '50 sites, large', mark: 30 }, async (running) => {
    const young = rateOf(running.course, 0.5 * million, 1.5 * million);
    const old = rateOf(running.course, 19 * million);
    const kept: Row = {
      figure: 'projector with 20 million events in the ledger',
      value: old,
      unit: 'events/s',
      baseline: { name: 'with 1 million', value: young },
      mark: '>= 80 %',
      met: old >= 0.8 * young,
    };
    return [kept, await storageRow(running), ...(await switchingRows(running)), await rebuildRow(running)];
  });
}

/** The doors alone: the process of role `api`, with its servers beside it. */
async function door(): Promise<Row[]> {
  return inFolder(async (dataDir) => {
    const running = await startProduct(dataDir, 'api');
    try {
      const single = await singleRows(running.url, 'api');
      const batch = await batchRow(running.url, 'api');
      return [...single, batch, await overloadRow(running, batch.value)];
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
      const delay = await delayRow(running.url, 5_000, 10);
      const lone = await delayRow(running.url, 100, 10);
      const daily = await dailyStatsRow(running.url, 'year', year);
      const http = [
        await heldRow(running.url),
        ...(await singleRows(running.url, 'all')),
        await lagRow(running.url),
        await batchRow(running.url, 'all'),
      ];
      const memory = running.residentMiB();
      await running.stop();
      const restart = await restartRow(dataDir, (again) => (running = again));
      const rss: Row = {
        figure: 'memory of the process after the load',
        value: memory,
        unit: 'MiB RSS',
        note: 'PostgreSQL and nats-server not included',
      };
      return [...http, daily, delay, lone, restart, rss];
    } finally {
      await running.stop();
    }
  });
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
