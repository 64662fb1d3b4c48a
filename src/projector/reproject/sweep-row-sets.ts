import type { ClientBase } from 'pg';
import type { Engine } from '../engine.js';
import { inTransaction } from '../session.js';

/** Rows that are deleted in one transaction, and milliseconds of them in one sweep. */
const PIECE = 10_000;
const LONGEST = 500;

interface Due {
  readonly row_set: number;
  /** Name of the generation's main table. */
  readonly tables: string;
}

/** Deletes, piece by piece, the rows of row sets that no site points to and nobody fills or keeps any more. */
export async function sweepRowSets({ pool, logger }: Engine): Promise<void> {
  await pool.query(
    `UPDATE spare_row_set SET job_id = NULL, kept_until = now() WHERE row_set IN (
       SELECT r.row_set FROM spare_row_set r JOIN job j ON j.id = r.job_id
       WHERE j.state NOT IN ('queued', 'running') FOR UPDATE OF r SKIP LOCKED)`,
  );
  const until = performance.now() + LONGEST;
  let rows = 0;
  let sets = 0;
  while (performance.now() < until) {
    const deleted = await inTransaction(pool, deleteSome);
    if (deleted === undefined) break;
    rows += deleted;
    if (deleted === 0) sets++;
  }
  if (sets > 0) logger.info({ rowSets: sets, rows }, 'deleted rows of sites that nobody needs any more');
}

/** @returns how many rows; 0: the row set is gone; undefined: none is due. */
async function deleteSome(client: ClientBase): Promise<number | undefined> {
  const { rows } = await client.query<Due>(
    `SELECT r.row_set, g.projection || '_g' || g.number AS tables
     FROM spare_row_set r JOIN generation g ON g.id = r.generation_id
     WHERE r.job_id IS NULL AND (r.kept_until IS NULL OR r.kept_until <= now() OR g.status = 'retired')
       AND NOT EXISTS (SELECT FROM row_set s WHERE s.row_set = r.row_set)
     ORDER BY r.row_set LIMIT 1 FOR UPDATE OF r SKIP LOCKED`,
  );
  const [due] = rows;
  if (!due) return undefined;
  let deleted = 0;
  for (const table of await tablesOf(client, due.tables)) {
    const { rowCount } = await client.query(
      `DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(SELECT ctid FROM "${table}" WHERE row_set = $1 LIMIT $2))`,
      [due.row_set, PIECE - deleted],
    );
    deleted += rowCount ?? 0;
    if (deleted >= PIECE) return deleted;
  }
  if (deleted === 0) await client.query('DELETE FROM spare_row_set WHERE row_set = $1', [due.row_set]);
  return deleted;
}

/** By the catalogue and not by the code, which may know the projection no longer; none where it was dropped. */
async function tablesOf(client: ClientBase, main: string): Promise<string[]> {
  const { rows } = await client.query<{ tablename: string }>(
    `SELECT tablename FROM pg_tables
     WHERE schemaname = current_schema() AND (tablename = $1 OR starts_with(tablename, $1 || '_')) ORDER BY 1`,
    [main],
  );
  return rows.map((row) => row.tablename);
}
