import type { ClientBase } from 'pg';
import { tableNames } from '#projection/table.js';
import { blockLength } from '#projections/index.js';
import { projectionOf, type Engine } from '../engine.js';
import type { Generation } from '../generations.js';
import type { KnownSite } from '../sites.js';
import { blocksWithin, type Stretch } from '../verify/stretches.js';

/** The served read model `log_blocks`, which is never behind the live checkpoint. */
interface BlockIndex {
  readonly id: number;
  readonly table: string;
}

/**
 * Where a site has events between two sequences, by the index of blocks and by the events that are parked for it.
 * Everything, where that is not served. @param days in UTC; default: all
 */
export async function siteBlocks(
  engine: Engine,
  client: ClientBase,
  { id, partition, settings }: KnownSite,
  between: Stretch,
  days?: readonly string[],
): Promise<Stretch[]> {
  if (between.from > between.to) return [];
  const index = await blockIndex(engine, client);
  if (!index) return [between];
  const { rows } = await client.query<{ block: number }>(
    `SELECT block FROM (
       SELECT l.block FROM ${index.table} l JOIN row_set r USING (row_set)
       WHERE r.site_id = $1 AND r.generation_id = $2
         AND ($8::date[] IS NULL OR l.day = ANY ($8::date[]))
       UNION
       SELECT (sequence - 1) / $6 FROM dead_letter WHERE partition = $7 AND generation_id = $2 AND site = $3) blocks
     WHERE block BETWEEN ($4::bigint - 1) / $6 AND ($5::bigint - 1) / $6 ORDER BY block`,
    [id, index.id, settings.id, between.from, between.to, blockLength, partition, days ?? null],
  );
  return blocksWithin(
    rows.map((row) => row.block),
    between,
  );
}

/**
 * The UTC days of which the site has events in the block of that message or behind it, as far as any of these generations
 * has been there. Undefined where nobody knows.
 */
export async function daysFrom(
  engine: Engine,
  client: ClientBase,
  { id, partition, settings }: KnownSite,
  sequence: number,
  generations: readonly number[],
): Promise<string[] | undefined> {
  const index = await blockIndex(engine, client);
  if (!index) return undefined;
  const block = Math.floor((sequence - 1) / blockLength);
  const { rows: lacking } = await client.query(
    `SELECT FROM dead_letter
     WHERE partition = $1 AND generation_id = $2 AND site = $3 AND sequence > $4::bigint * $5
     UNION ALL
     SELECT FROM checkpoint c JOIN checkpoint i ON i.partition = c.partition AND i.generation_id = $2
     WHERE c.partition = $1 AND c.generation_id = ANY ($6::int[]) AND c.sequence > i.sequence LIMIT 1`,
    [partition, index.id, settings.id, block, blockLength, generations],
  );
  if (lacking.length > 0) return undefined;
  const { rows } = await client.query<{ day: string }>(
    `SELECT DISTINCT l.day::text AS day FROM ${index.table} l JOIN row_set r USING (row_set)
     WHERE r.site_id = $1 AND r.generation_id = $2 AND l.block >= $3`,
    [id, index.id, block],
  );
  return rows.map((row) => row.day);
}

async function blockIndex(engine: Engine, client: ClientBase): Promise<BlockIndex | undefined> {
  const { rows } = await client.query<Generation>(
    `SELECT g.id, g.projection, g.number, g.version, g.status
     FROM served_generation s JOIN generation g ON g.id = s.generation_id WHERE s.projection = 'log_blocks'`,
  );
  const [index] = rows;
  const projection = index && projectionOf(engine, index);
  return projection && { id: index.id, table: tableNames(projection, index.number).main };
}

export function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
