import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { migrate } from '#database/data-source.js';
import { wantPast } from '#database/past-figures.js';
import { createPool } from '#database/pool.js';
import { sweepPast } from '#projector/as-of/sweep-past.js';
import type { Engine } from '#projector/engine.js';
import { botList } from '#events/site-rules/bot-list.js';
import { silentLogger } from '#telemetry/logger.js';

import { createDatabase, type TestDatabase } from '../harness/database.js';
import { ReadModels } from './support/read-models.js';

// Nobody makes what is ordered here, so that orders stay open.
let database: TestDatabase;
let pool: Pool;
let generation: number;
const keys = new Map<string, number>();

const SITES = { loud: 'org-loud', second: 'org-loud', third: 'org-loud', quiet: 'org-quiet' } as const;

beforeAll(async () => {
  database = await createDatabase();
  await migrate(database.url, silentLogger);
  pool = createPool(database.url, { max: 8 });
  const models = new ReadModels(pool);
  await models.partitions(1);
  const generations = await models.build({}, 5);
  await models.serve(generations);
  generation = generations[0] ?? 0;
  for (const [name, organization] of Object.entries(SITES)) {
    const { rows } = await pool.query<{ id: number }>(
      'INSERT INTO site (name, partition, organization_id) VALUES ($1, 0, $2) RETURNING id',
      [name, organization],
    );
    keys.set(name, rows[0]?.id ?? 0);
  }
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** How many of these pasts are ordered, asked for at once. */
async function ordered(site: keyof typeof SITES, pasts: number): Promise<number> {
  const asked = Array.from({ length: pasts }, (_, n) =>
    wantPast(pool, {
      site: { key: keys.get(site) ?? 0, id: site },
      ...{ sequence: n + 1, ordinal: 0, settings: { timeZone: 'UTC' }, revision: 0 },
    }),
  );
  return (await Promise.all(asked)).filter(({ state }) => state === 'queued').length;
}

test('one site, and one organization, leave room for the orders of others, who then are not held up', async () => {
  expect(await ordered('loud', 20)).toBe(4);
  expect(await ordered('second', 20)).toBe(4);
  expect(await ordered('third', 20)).toBe(2);
  expect(await ordered('quiet', 6)).toBe(4);
});

test('what one site has beyond its share is let go of before anything of others', async () => {
  const limits = { pastFigures: 10, pastEvents: 1_000 };
  await pool.query('DELETE FROM past_figures');
  // The quiet site's were read before all of the others.
  const made = `WITH past AS (
      INSERT INTO past_figures (site_id, sequence, ordinal, settings, revision, events, wanted_until, read_at)
      SELECT $1, n, 0, '{}', 0, $3, now(), now() - $4 * interval '1 minute' - n * interval '1 second'
      FROM generate_series(1, $2::int) n RETURNING id)
    INSERT INTO spare_row_set (site_id, generation_id, settings, revision, kept_until, past_id)
    SELECT $1, $5, jsonb_build_object('botList', $6::text), 0, now() + interval '1 hour', id FROM past`;
  const make = (site: string, count: number, events: number, minutes: number) =>
    pool.query(made, [keys.get(site), count, events, minutes, generation, botList()]);
  const kept = async () => {
    await sweepPast({ pool, limits } as unknown as Engine);
    const { rows } = await pool.query<{ name: string; n: number }>(
      `SELECT s.name, count(*)::int AS n FROM spare_row_set r JOIN site s ON s.id = r.site_id WHERE r.kept_until > now()
       GROUP BY 1`,
    );
    return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
  };
  await make('loud', 12, 1, 1);
  expect(await kept()).toEqual({ loud: 10 });
  await make('quiet', 2, 1, 50);
  await make('second', 1, 1, 40);
  expect(await kept()).toEqual({ loud: 7, quiet: 2, second: 1 });
  // By events as well as by number.
  await make('third', 3, 490, 0);
  expect(await kept()).toEqual({ loud: 2, quiet: 2, second: 1, third: 2 });
});
