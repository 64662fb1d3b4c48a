import { sweepPast } from './as-of/sweep-past.js';
import type { Engine } from './engine.js';
import { messageOf, sqlState } from './errors.js';
import { lockGenerations, retire } from './generations.js';
import { sweepRowSets } from './reproject/sweep-row-sets.js';
import { inTransaction } from './session.js';

/**
 * Retires what was kept long enough, or was superseded by a newer kept one, drops the tables of what is retired, and deletes
 * rows of row sets that nobody needs.
 */
export async function sweep(engine: Engine): Promise<void> {
  const { pool } = engine;
  const { rows: due } = await pool.query<{ id: number }>(
    `SELECT id FROM (
       SELECT id, kept_until, row_number() OVER (PARTITION BY projection ORDER BY served_at DESC NULLS LAST, id DESC) AS n
       FROM generation WHERE status = 'kept') kept
     WHERE n > 1 OR kept_until < now()`,
  );
  if (due.length > 0) {
    await inTransaction(pool, async (client) => {
      await lockGenerations(client);
      await retire(
        client,
        due.map((row) => row.id),
      );
    });
  }
  await dropTables(engine);
  await sweepPast(engine);
  await sweepRowSets(engine);
}

/** By the catalogue and not by the code, which may know the projection no longer. */
async function dropTables({ pool, logger }: Engine): Promise<void> {
  const { rows } = await pool.query<{ id: number; tablename: string | null }>(
    `SELECT g.id, t.tablename FROM generation g JOIN pg_tables t ON t.schemaname = current_schema()
       AND (t.tablename = g.projection || '_g' || g.number
            OR starts_with(t.tablename, g.projection || '_g' || g.number || '_'))
     WHERE g.status = 'retired' AND NOT EXISTS (SELECT FROM served_generation s WHERE s.generation_id = g.id)`,
  );
  for (const { id, tablename } of rows) {
    try {
      await inTransaction(pool, async (client) => {
        await client.query(`SET LOCAL lock_timeout = '2s'`);
        await client.query(`DROP TABLE IF EXISTS "${tablename ?? ''}"`);
        await client.query('DELETE FROM row_set WHERE generation_id = $1', [id]);
        await client.query('DELETE FROM spare_row_set WHERE generation_id = $1', [id]);
      });
      logger.info({ table: tablename }, 'dropped the table of a retired generation');
    } catch (error) {
      // A reader still holds it; the next sweep tries again.
      if (sqlState(error) !== '55P03') throw error;
      logger.debug({ table: tablename, detail: messageOf(error) }, 'a retired table is still read');
    }
  }
}
