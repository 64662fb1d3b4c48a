import type { ClientBase } from 'pg';
import { tableNames } from '#projection/table.js';
import { blockLength } from '#projections/index.js';
import { projectionOf, type Engine } from '../engine.js';
import type { Generation } from '../generations.js';
import type { KnownSite } from '../sites.js';
import { blocksWithin, type Stretch } from '../verify/stretches.js';

/**
 * Where a site has events between two sequences, by the served read model `log_blocks`, which is never behind the live
 * checkpoint, and by the events that are parked for it. Everything, where that is not served.
 */
export async function siteBlocks(
  engine: Engine,
  client: ClientBase,
  { id, partition, settings }: KnownSite,
  between: Stretch,
): Promise<Stretch[]> {
  if (between.from > between.to) return [];
  const { rows: served } = await client.query<Generation>(
    `SELECT g.id, g.projection, g.number, g.version, g.status
     FROM served_generation s JOIN generation g ON g.id = s.generation_id WHERE s.projection = 'log_blocks'`,
  );
  const [index] = served;
  const projection = index && projectionOf(engine, index);
  if (!index || !projection) return [between];
  const { rows } = await client.query<{ block: number }>(
    `SELECT block FROM (
       SELECT l.block FROM ${tableNames(projection, index.number).main} l JOIN row_set r USING (row_set)
       WHERE r.site_id = $1 AND r.generation_id = $2
       UNION
       SELECT (sequence - 1) / $6 FROM dead_letter WHERE partition = $7 AND generation_id = $2 AND site = $3) blocks
     WHERE block BETWEEN ($4::bigint - 1) / $6 AND ($5::bigint - 1) / $6 ORDER BY block`,
    [id, index.id, settings.id, between.from, between.to, blockLength, partition],
  );
  return blocksWithin(
    rows.map((row) => row.block),
    between,
  );
}

export function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
