import { afterAll, beforeAll, expect, test } from 'vitest';

import { createPool } from '#database/pool.js';
import { tableNames } from '#projection/table.js';
import { dailyAggregates } from '#projections/daily-aggregates.js';

import { fuzz, fuzzSeed } from '../e2e/support/fuzz/send.js';
import { openLog, readAll } from '../harness/event-log.js';
import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';

const REQUESTS = 100_000;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.stop());

/** Megabytes of heap in use in the process that answers. */
async function heap(): Promise<number> {
  const text = await (await fetch(`${stack.url}/metrics`)).text();
  const bytes = /^nodejs_heap_size_used_bytes(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
  if (bytes === undefined) throw new Error('the metrics name no heap');
  return Number(bytes) / 1024 / 1024;
}

/** What lives: collections come often under this load, so the least of many looks is near to it. */
const least = (looks: readonly number[]) => Math.min(...looks);

test(`${REQUESTS} hostile requests: no fault, no growth, and whatever was accepted is projected and counted once`, async () => {
  console.log(`FUZZ_SEED=${fuzzSeed}`);
  const pid = stack.pid;
  const looks: number[] = [];
  const { statuses, acknowledged } = await fuzz(stack.url, REQUESTS, async (sent) => {
    if (sent % 500 === 0) looks.push(await heap());
  });
  console.log(JSON.stringify(Object.fromEntries(statuses)));
  expect(stack.pid).toBe(pid);
  expect((await fetch(`${stack.url}/health/live`)).status).toBe(200);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 202, 400, 401, 413, 415]));

  // From the second quarter to the last: what is loaded and compiled at first is no growth.
  const quarter = looks.length / 4;
  const [early, late] = [least(looks.slice(quarter, 2 * quarter)), least(looks.slice(3 * quarter))];
  console.log(`heap in use: ${early.toFixed(0)} MB, then ${late.toFixed(0)} MB`);
  expect(late - early).toBeLessThan(30);

  const { databaseUrl = '', natsUrl = '', natsMonitorUrl = '' } = stack.runtime;
  const log = await openLog({ url: natsUrl, monitorUrl: natsMonitorUrl });
  const pool = createPool(databaseUrl, { max: 1 });
  try {
    const partitions = Array.from({ length: log.partitions }, (_, partition) => partition);
    for (const partition of partitions) {
      const { sequence } = await log.head(partition);
      await waitFor(
        async () => {
          const sql = 'SELECT sequence FROM partition WHERE partition = $1';
          const { rows } = await pool.query<{ sequence: number }>(sql, [partition]);
          return (rows[0]?.sequence ?? 0) >= sequence;
        },
        { timeout: 60_000, message: `partition ${partition} at ${sequence}` },
      );
    }
    const lines = (await Promise.all(partitions.map((partition) => readAll(log, partition)))).flat();
    const events = lines.map(({ line }) => JSON.parse(line) as { site: string; id: string });
    const ids = new Set(events.map(({ id }) => id));
    expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(REQUESTS / 20);
    expect((await pool.query('SELECT * FROM dead_letter LIMIT 5')).rows).toEqual([]);
    const { rows: served } = await pool.query<{ number: number }>(
      'SELECT g.number FROM generation g JOIN served_generation s ON s.generation_id = g.id WHERE g.projection = $1',
      [dailyAggregates.name],
    );
    const { main } = tableNames(dailyAggregates, served[0]?.number ?? 1);
    const { rows } = await pool.query<{ counted: number }>(
      `SELECT sum(events)::int8 AS counted FROM ${main}`,
    );
    expect(rows[0]?.counted).toBe(new Set(events.map(({ site, id }) => `${site} ${id}`)).size);
  } finally {
    await pool.end();
    await log.close();
  }
});
