import type { Pool } from 'pg';

import type { Projection } from '#projection/types.js';
import { createTables, tableNames } from '#projection/table.js';
import { projections } from '#projections/index.js';

/** Rows of one site by table, values in the order of the columns after row_set. */
export interface SiteRows {
  /** day, page views, events, unique visitors */
  readonly daily?: readonly (readonly [string, number, number, number])[];
  /** day, path, views */
  readonly paths?: readonly (readonly [string, string, number])[];
  /** day, visitor */
  readonly visitors?: readonly (readonly [string, string])[];
  /** hour, event type, events */
  readonly hours?: readonly (readonly [string, string, number])[];
}

/** Projection, set of members in it, columns, and the rows. */
const TABLES: readonly (readonly [
  string,
  string,
  string,
  (rows: SiteRows) => readonly (readonly unknown[])[],
])[] = [
  [
    'daily_aggregates',
    '',
    'day, page_views, events',
    ({ daily = [] }) => daily.map((row) => row.slice(0, 3)),
  ],
  [
    'unique_visitors',
    '',
    'day, visitors',
    ({ daily = [] }) => daily.map(([day, , , visitors]) => [day, visitors]),
  ],
  ['unique_visitors', 'visitors', 'day, member', ({ visitors = [] }) => visitors],
  ['top_paths', '', 'day, path, views', ({ paths = [] }) => paths],
  ['hourly_series', '', 'hour, event_type, events', ({ hours = [] }) => hours],
];

/** Fills read models without a projector, so that a test knows every figure. */
export class ReadModels {
  constructor(private readonly pool: Pool) {}

  async partitions(count: number): Promise<void> {
    await this.pool.query('INSERT INTO partition (partition) SELECT generate_series(0, $1 - 1)', [count]);
  }

  async site(name: string): Promise<void> {
    await this.pool.query('INSERT INTO site (name, partition) VALUES ($1, 0) ON CONFLICT DO NOTHING', [name]);
  }

  /** A new generation of every projection, filled but not served. */
  async build(rows: Readonly<Record<string, SiteRows>>, sequence: number): Promise<number[]> {
    const ids: number[] = [];
    for (const projection of projections) {
      const { rows: made } = await this.pool.query<{ id: number; number: number }>(
        `INSERT INTO generation (projection, number, version, status)
         SELECT $1, coalesce(max(number), 0) + 1, $2, 'building' FROM generation WHERE projection = $1
         RETURNING id, number`,
        [projection.name, projection.version],
      );
      const [generation] = made;
      if (!generation) throw new Error('no generation was made');
      ids.push(generation.id);
      for (const statement of createTables(projection, generation.number)) await this.pool.query(statement);
      await this.pool.query('INSERT INTO checkpoint SELECT partition, $1, $2 FROM partition', [
        generation.id,
        sequence,
      ]);
      for (const [site, its] of Object.entries(rows)) {
        await this.fill(projection, generation, site, its);
      }
    }
    return ids;
  }

  /** Moves every pointer in one transaction, as a switch does. */
  async serve(generations: readonly number[]): Promise<void> {
    await this.pool.query(
      `WITH served AS (UPDATE generation SET status = 'served' WHERE id = ANY ($1::int[]) RETURNING projection, id)
       INSERT INTO served_generation (projection, generation_id) SELECT projection, id FROM served
       ON CONFLICT (projection) DO UPDATE SET generation_id = excluded.generation_id`,
      [generations],
    );
  }

  private async fill(
    projection: Projection,
    generation: { readonly id: number; readonly number: number },
    site: string,
    rows: SiteRows,
  ) {
    const { rows: made } = await this.pool.query<{ row_set: number }>(
      'INSERT INTO row_set (site_id, generation_id) SELECT id, $2 FROM site WHERE name = $1 RETURNING row_set',
      [site, generation.id],
    );
    const { main, sets } = tableNames(projection, generation.number);
    for (const [name, set, columns, rowsOf] of TABLES) {
      if (name !== projection.name) continue;
      for (const row of rowsOf(rows)) {
        const values = [made[0]?.row_set, ...row];
        const places = values.map((_, index) => `$${index + 1}`).join(', ');
        const table = set === '' ? main : (sets[set] ?? '');
        await this.pool.query(`INSERT INTO ${table} (row_set, ${columns}) VALUES (${places})`, values);
      }
    }
  }
}

/** A visitor's UUID from a small number. */
export const visitor = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
