import { Client } from 'pg';
import type { StoredEvent } from '#events/stored-event.js';
import { visitorOf } from '#events/visitor.js';
import { columnName } from '#projection/names.js';
import { createTables } from '#projection/table.js';
import type { Projection } from '#projection/types.js';
import { projections } from '#projections/index.js';
import { devices } from '#projections/devices.js';
import { locales } from '#projections/locales.js';
import { blockLength } from '#projections/log-blocks.js';
import { sources } from '#projections/sources.js';

/** About as many as a message of the log holds under load. */
const EVENTS_OF_A_MESSAGE = 50;

/**
 * The usual design, as the baseline: ten workers, each event in a transaction of its own that claims the event ID and
 * updates the same read models row by row. Events come from memory, which favours it: no log is read.
 */
export async function rowAtATime(
  databaseUrl: string,
  events: readonly StoredEvent[],
  seconds: number,
): Promise<number> {
  const admin = new Client({ connectionString: databaseUrl });
  await admin.connect();
  await admin.query('CREATE TABLE seen (site_id int, event_id uuid, PRIMARY KEY (site_id, event_id))');
  for (const projection of projections)
    for (const ddl of createTables(projection, 9000)) await admin.query(ddl);
  await admin.end();
  const sites = new Map<string, number>();
  const until = performance.now() + seconds * 1000;
  let next = 0;
  let done = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    while (performance.now() < until) {
      const event = events[next++];
      if (event === undefined) break;
      const site = sites.get(event.site) ?? sites.size + 1;
      sites.set(event.site, site);
      await one(client, site, event, next);
      done += 1;
    }
    await client.end();
  };
  await Promise.all(Array.from({ length: 10 }, worker));
  return done / ((performance.now() - started) / 1000);
}

async function one(client: Client, site: number, event: StoredEvent, index: number): Promise<void> {
  const day = new Date(event.occurredAt).toISOString().slice(0, 10);
  const hour = new Date(Math.floor(event.occurredAt / 3_600_000) * 3_600_000).toISOString();
  const view = event.type === 'page_view' ? 1 : 0;
  await client.query('BEGIN');
  const claimed = await run(client, 'claim', 'INSERT INTO seen VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    site,
    event.id,
  ]);
  if (claimed === 1) {
    const visitor = visitorOf(event);
    await run(
      client,
      'daily',
      `INSERT INTO daily_aggregates_g9000 AS t (row_set, day, page_views, events) VALUES ($1, $2, $3, 1)
       ON CONFLICT (row_set, day) DO UPDATE SET page_views = t.page_views + excluded.page_views, events = t.events + 1`,
      [site, day, view],
    );
    if (view === 1) {
      await run(
        client,
        'paths',
        `INSERT INTO top_paths_g9000 AS t (row_set, day, path, views) VALUES ($1, $2, $3, 1)
         ON CONFLICT (row_set, day, path) DO UPDATE SET views = t.views + 1`,
        [site, day, event.path],
      );
      for (const projection of [devices, sources, locales]) await audience(client, projection, site, event);
    }
    const set = 'unique_visitors_g9000_visitors';
    const fresh = await run(client, 'set', `INSERT INTO ${set} VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
      site,
      day,
      visitor,
    ]);
    await run(
      client,
      'visitors',
      `INSERT INTO unique_visitors_g9000 AS t (row_set, day, visitors) VALUES ($1, $2, $3)
       ON CONFLICT (row_set, day) DO UPDATE SET visitors = t.visitors + excluded.visitors`,
      [site, day, fresh],
    );
    await run(
      client,
      'hourly',
      `INSERT INTO hourly_series_g9000 AS t (row_set, hour, event_type, events) VALUES ($1, $2, $3, 1)
       ON CONFLICT (row_set, hour, event_type) DO UPDATE SET events = t.events + 1`,
      [site, hour, event.type],
    );
    await run(
      client,
      'blocks',
      'INSERT INTO log_blocks_g9000 (row_set, day, block) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [site, day, Math.floor(index / (blockLength * EVENTS_OF_A_MESSAGE))],
    );
  }
  await client.query('COMMIT');
}

const UTC = { id: 'bench', timeZone: 'UTC', rules: [], revision: 1 };
const NOWHERE = { partition: 0, sequence: 1, ordinal: 0 };

/** One of those that count views by several texts. */
async function audience(
  client: Client,
  projection: Projection,
  site: number,
  event: StoredEvent,
): Promise<void> {
  const { name } = projection;
  const names = Object.keys(projection.keys);
  const columns = ['row_set', ...names.map(columnName)].join(', ');
  const values = names.map((_, at) => `$${at + 2}`).join(', ');
  for (const row of projection.project(event, UTC, NOWHERE)) {
    await run(
      client,
      name,
      `INSERT INTO ${name}_g9000 AS t (${columns}, views) VALUES ($1, ${values}, 1)
       ON CONFLICT (${columns}) DO UPDATE SET views = t.views + 1`,
      [site, ...names.map((key) => row[key])],
    );
  }
}

async function run(client: Client, name: string, text: string, values: unknown[]): Promise<number> {
  return (await client.query({ name, text, values })).rowCount ?? 0;
}
