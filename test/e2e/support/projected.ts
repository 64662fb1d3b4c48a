import { createPool } from '#database/pool.js';
import { tableNames } from '#projection/table.js';
import { projections } from '#projections/index.js';
import { dailyAggregates } from '#projections/daily-aggregates.js';

import { waitFor } from '../../harness/wait-for.js';
import type { IngestApp } from './ingest-app.js';
import { startProjector } from './ingest-projector.js';

export interface Projected {
  /** Events that the served figures count, all sites and days together. */
  readonly counted: number;
  readonly deadLetters: readonly unknown[];
}

/** Projects all that the doors have stored into the shipped read models, until nothing is left. */
export async function projectAll(product: IngestApp, timeout = 60_000): Promise<Projected> {
  const { log } = product;
  const pool = createPool(product.databaseUrl, { max: 1 });
  const projector = await startProjector(product, projections);
  try {
    for (let partition = 0; partition < log.partitions; partition++) {
      const { sequence } = await log.head(partition);
      await waitFor(
        async () => {
          const { rows } = await pool.query<{ sequence: number }>(
            'SELECT sequence FROM partition WHERE partition = $1',
            [partition],
          );
          return (rows[0]?.sequence ?? 0) >= sequence;
        },
        { timeout, message: `partition ${partition} at ${sequence}` },
      );
    }
    const { rows: served } = await pool.query<{ number: number }>(
      'SELECT g.number FROM generation g JOIN served_generation s ON s.generation_id = g.id WHERE g.projection = $1',
      [dailyAggregates.name],
    );
    const { main } = tableNames(dailyAggregates, served[0]?.number ?? 1);
    const { rows: sums } = await pool.query<{ events: number }>(
      `SELECT sum(events)::int8 AS events FROM ${main}`,
    );
    const { rows: deadLetters } = await pool.query('SELECT * FROM dead_letter LIMIT 20');
    return { counted: sums[0]?.events ?? 0, deadLetters };
  } finally {
    await projector.stop();
    await pool.end();
  }
}
