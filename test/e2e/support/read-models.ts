import type { Pool } from 'pg';

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

const TABLES = {
  daily: ['daily_aggregates', 'day, page_views, events, unique_visitors'],
  paths: ['top_paths', 'day, path, views'],
  visitors: ['unique_visitors', 'day, visitor'],
  hours: ['hourly_series', 'hour, event_type, events'],
} as const;

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
        const table = tableNames(projection, generation.number).main;
        await this.fill(projection.name, table, generation.id, site, its);
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

  private async fill(projection: string, table: string, generation: number, site: string, rows: SiteRows) {
    const { rows: sets } = await this.pool.query<{ row_set: number }>(
      'INSERT INTO row_set (site_id, generation_id) SELECT id, $2 FROM site WHERE name = $1 RETURNING row_set',
      [site, generation],
    );
    for (const [kind, [name, columns]] of Object.entries(TABLES)) {
      if (name !== projection) continue;
      for (const row of rows[kind as keyof SiteRows] ?? []) {
        const values = [sets[0]?.row_set, ...row];
        const places = values.map((_, index) => `$${index + 1}`).join(', ');
        await this.pool.query(`INSERT INTO ${table} (row_set, ${columns}) VALUES (${places})`, values);
      }
    }
  }
}

/** A visitor's UUID from a small number. */
export const visitor = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
