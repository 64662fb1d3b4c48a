import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { livingProjectors } from '#database/projectors.js';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess, type TidemarkOptions } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';

const SITES = 20;
const failing = join(import.meta.dirname, '..', 'harness', 'failing-thread.mjs');
let folder: string;
let options: TidemarkOptions;
let tidemark: TidemarkProcess;
let pool: pg.Pool;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-test-threads-'));
  const env = {
    TIDEMARK_PROJECTORS: '2',
    NODE_OPTIONS: `--import ${failing}`,
    FAIL_THREADS_AT: join(folder, 'fail'),
  };
  options = { dataDir: join(folder, 'data'), port: await testPort(), env };
  await start();
});

afterAll(async () => {
  await tidemark.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  tidemark = await TidemarkProcess.start(options);
  pool = new pg.Pool({ connectionString: tidemark.runtime().databaseUrl, max: 1 });
  pool.on('error', () => undefined);
}

const projectors = () =>
  livingProjectors({ query: async (text) => (await pool.query(text)).rows as never[] });

async function metrics(name: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${tidemark.url}/metrics`)).text();
  const lines = text.matchAll(new RegExp(`^${name}(?:{(.*)})? (.+)$`, 'gm'));
  return new Map([...lines].map(([, labels = '', value]) => [labels, Number(value)]));
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

test('two projectors of one process share the partitions; its metrics are those of both, each event counted once', async () => {
  await waitFor(async () => (await projectors()).every(({ partitions }) => partitions.length === 2), {
    timeout: 60_000,
    message: 'two projectors to hold two partitions each',
  });
  expect(await projectors()).toHaveLength(2);
  for (let site = 0; site < SITES; site++) {
    const body = {
      siteId: `site-${site}`,
      eventType: 'page_view',
      path: '/',
      timestamp: '2026-05-17T12:00:00Z',
    };
    const answer = await fetch(`${tidemark.url}/api/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(202);
  }
  await waitFor(async () => sum((await metrics('tidemark_events_projected_total')).values()) === SITES, {
    message: `${SITES} events in the metrics`,
  });
  const { rows } = await pool.query<{ events: number }>('SELECT sum(events)::int AS events FROM partition');
  expect(rows).toEqual([{ events: SITES }]);
  expect(
    [...(await metrics('tidemark_projector_lease_held')).values()].filter((held) => held === 1),
  ).toHaveLength(4);
  expect((await metrics('tidemark_log_durability')).get('state="synced"')).toBe(1);
  expect((await metrics('process_resident_memory_bytes')).size).toBe(1);
});

test('a projector that fails ends the process, which says so, and a new start goes on', async () => {
  await pool.end();
  writeFileSync(join(folder, 'fail'), '');
  const { code } = await tidemark.ended();
  expect(code).toBe(1);
  expect(tidemark.output).toContain('a fault of the test');
  expect(tidemark.output).toContain('A projector failed because of a fault of its own; start again.');
  rmSync(join(folder, 'fail'));
  await start();
});

test('code that lacks what is served is refused in one message', async () => {
  const name = 'daily_aggregates';
  await pool.query(
    `UPDATE generation SET version = 99 WHERE id = (SELECT generation_id FROM served_generation WHERE projection = $1)`,
    [name],
  );
  await pool.end();
  await tidemark.end('SIGTERM');
  const refused = TidemarkProcess.spawn(options);
  expect((await refused.ended()).code).toBe(1);
  expect(refused.output).toMatch(/^Tidemark could not start: .*daily_aggregates/m);
  expect(refused.output).not.toMatch(/^\s+at /m);
});
