import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PoolClient } from 'pg';

import { createPool } from '#database/pool.js';
import { DatabaseUnavailable, Snapshot, SnapshotTimeout } from '#database/snapshot.js';
import { NOBODY } from '#database/tenant.js';
import { withSnapshot } from '#database/with-snapshot.js';

import { createDatabase, type TestDatabase } from '../harness/database.js';
import { type ApiApp, startApi } from './support/api-app.js';
import { ask } from './support/ask.js';
import { ReadModels, type SiteRows } from './support/read-models.js';

let database: TestDatabase;
let api: ApiApp;
let models: ReadModels;
let other: PoolClient;
let closeOther: () => Promise<void>;

/** Every figure of the site is `views`. */
const filled = (views: number): Record<string, SiteRows> => ({
  shop: {
    daily: [['2026-05-17', views, views, views]],
    paths: [['2026-05-17', '/', views]],
    hours: [['2026-05-17T00:00:00Z', 'page_view', views]],
  },
});

beforeAll(async () => {
  database = await createDatabase();
  api = await startApi(database.url);
  models = new ReadModels(api.pool);
  await models.partitions(1);
  await models.site('shop');
  await models.serve(await models.build(filled(100), 7));
});

beforeEach(async () => {
  const pool = createPool(database.url);
  other = await pool.connect();
  closeOther = () => (other.release(), pool.end());
});

afterEach(() => closeOther());

afterAll(async () => {
  await api.close();
  await database.drop();
});

const QUERY = `query ($range: DateRangeInput!) { site(id: "shop") {
  dailyStats(range: $range) { pageViews } hourlyStats(range: $range) { events } topPaths(range: $range) { totalViews nodes { views } }
} }`;
const range = { from: '2026-05-17', to: '2026-05-17' };

/** Every different figure of the answer. */
async function figures(): Promise<number[]> {
  const { data, errors } = await ask(api, QUERY, { range });
  expect(errors).toBeUndefined();
  const numbers = JSON.stringify(data).match(/(?<=:)[1-9]\d*/g) ?? [];
  return [...new Set(numbers.map(Number))];
}

/** Resolves when that many sessions of this database wait for a lock. */
async function untilWaiting(count: number): Promise<void> {
  for (;;) {
    const { rowCount } = await api.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rowCount === count) return;
  }
}

describe('one answer, one moment', () => {
  test('rows that change while an operation is under way do not show in its later fields', async () => {
    await other.query('BEGIN');
    await other.query('LOCK TABLE top_paths_g1 IN ACCESS EXCLUSIVE MODE');
    const answer = figures();
    await untilWaiting(1); // the days were read already
    await other.query('UPDATE daily_aggregates_g1 SET page_views = 999');
    await other.query('UPDATE top_paths_g1 SET views = 999');
    await other.query('COMMIT');
    expect(await answer).toEqual([100]);
    await other.query('UPDATE daily_aggregates_g1 SET page_views = 100');
    await other.query('UPDATE top_paths_g1 SET views = 100');
  });

  test('a generation switched in while an operation is under way does not show in it', async () => {
    const next = await models.build(filled(200), 9);
    await other.query('BEGIN');
    await other.query('LOCK TABLE top_paths_g1 IN ACCESS EXCLUSIVE MODE');
    const answer = figures();
    await untilWaiting(1);
    await models.serve(next);
    await other.query('COMMIT');
    expect(await answer).toEqual([100]);
    expect(await figures()).toEqual([200]);
  });

  test('under many switches no answer mixes generations', async () => {
    const generations = [await models.build(filled(300), 10), await models.build(filled(400), 11)];
    await models.serve(generations[0] ?? []);
    let asked = 0;
    const readers = Array.from({ length: 3 }, async () => {
      while (asked < 60) {
        asked++;
        expect(await figures()).toHaveLength(1);
      }
    });
    let turn = 0;
    while (asked < 60) await models.serve(generations[++turn % 2] ?? []);
    await Promise.all(readers);
    expect(turn).toBeGreaterThan(5);
  });
});

describe('an operation that cannot go on', () => {
  test('is cut after its time, and PostgreSQL stops working on it', async () => {
    const snapshot = new Snapshot(api.pool, { timeoutMs: 300 });
    const start = performance.now();
    await expect(snapshot.query('SELECT pg_sleep(20)')).rejects.toBeInstanceOf(SnapshotTimeout);
    expect(performance.now() - start).toBeLessThan(2_000);
    await expect(snapshot.query('SELECT 1')).rejects.toBeInstanceOf(SnapshotTimeout);
    await snapshot.close();
    await expect.poll(() => running('pg_sleep(20)'), { timeout: 5_000 }).toBe(0);
  });

  test('is cancelled when its client goes away', async () => {
    await other.query('BEGIN');
    await other.query('LOCK TABLE site IN ACCESS EXCLUSIVE MODE');
    const gone = new AbortController();
    const answer = fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ sites { id } }' }),
      signal: gone.signal,
    });
    const outcome = answer.then(
      () => 'answered',
      () => 'aborted',
    );
    await untilWaiting(1);
    gone.abort();
    expect(await outcome).toBe('aborted');
    await untilWaiting(0); // while the lock is still held
    await other.query('COMMIT');
    expect((await ask(api, '{ sites { id } }')).errors).toBeUndefined();
  });

  test('says UNAVAILABLE when its connection is cut, and the next one works', async () => {
    await other.query('BEGIN');
    await other.query('LOCK TABLE site IN ACCESS EXCLUSIVE MODE');
    const answer = ask(api, '{ sites { id } }');
    await untilWaiting(1);
    await other.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect((await answer).errors?.[0]?.extensions['code']).toBe('UNAVAILABLE');
    await other.query('COMMIT');
    expect((await ask(api, '{ sites { id } }')).errors).toBeUndefined();
  });

  test('says UNAVAILABLE soon when no connection is free', async () => {
    const pool = createPool(database.url, { max: 1 });
    const held = await pool.connect();
    const start = performance.now();
    const read = withSnapshot(pool, NOBODY, (snapshot) => snapshot.query('SELECT 1'));
    await expect(read).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(performance.now() - start).toBeLessThan(6_000);
    held.release();
    await pool.end();
  });

  test('gives its connection back whatever happens', async () => {
    const pool = createPool(database.url, { max: 1 });
    const fault = withSnapshot(pool, NOBODY, (snapshot) => snapshot.query('SELECT 1/0'));
    await expect(fault).rejects.toThrow('division by zero');
    const thrown = withSnapshot(pool, NOBODY, async (snapshot) => {
      await snapshot.query('SELECT 1');
      throw new Error('mine');
    });
    await expect(thrown).rejects.toThrow('mine');
    const write = withSnapshot(pool, NOBODY, (snapshot) => snapshot.query('CREATE TABLE x ()'));
    await expect(write).rejects.toThrow('read-only transaction');
    expect(await withSnapshot(pool, NOBODY, (snapshot) => snapshot.query('SELECT 1 AS one'))).toEqual([
      { one: 1 },
    ]);
    await pool.end();
  });
});

async function running(text: string): Promise<number> {
  const { rowCount } = await api.pool.query(
    `SELECT FROM pg_stat_activity WHERE query LIKE '%' || $1 || '%' AND state = 'active' AND pid <> pg_backend_pid()`,
    [text],
  );
  return rowCount ?? 0;
}
