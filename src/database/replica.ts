import type { Pool } from 'pg';
import { StartupError } from '#config/startup-error.js';
import { createPool, type PoolOptions } from './pool.js';
import { startupErrorOf } from './startup-errors.js';

const SCHEMA_WITHIN_MS = 30_000;

/**
 * The pool that questions are answered from, where these have a server of their own. A primary, or the same server twice, is
 * taken as well: an address may follow a failover.
 * @throws StartupError where it cannot be used, holds another database, or does not get this code's schema in half a minute.
 */
export async function openReplica(url: string, primary: Pool, options: PoolOptions): Promise<Pool> {
  let pool: Pool | undefined;
  try {
    pool = createPool(url, { ...options, applicationName: READS });
    await requireSameDatabase(pool, primary);
    await schemaReplayed(pool, primary);
    return pool;
  } catch (error) {
    await pool?.end();
    throw startupErrorOf(error, url, 'DATABASE_REPLICA_URL');
  }
}

/** `application_name` of the sessions that answer from a server of their own. */
const READS = 'tidemark reads';

export const isReplica = (pool: Pool): boolean => pool.options.application_name === READS;

async function requireSameDatabase(replica: Pool, primary: Pool): Promise<void> {
  const ask = async (pool: Pool) => {
    const { rows } = await pool.query<{ identity: string }>(
      `SELECT system_identifier || ' ' || d.oid AS identity
       FROM pg_control_system(), pg_database d WHERE d.datname = current_database()`,
    );
    return rows[0]?.identity;
  };
  if ((await ask(replica)) === (await ask(primary))) return;
  throw new StartupError(
    'DATABASE_REPLICA_URL is another database than DATABASE_URL, and not a copy that follows it. ' +
      'Point it at a streaming replica of that server, with the same database name, or unset it.',
  );
}

/** Migrations have just been run on the primary. */
async function schemaReplayed(replica: Pool, primary: Pool): Promise<void> {
  const { rows } = await primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  const deadline = Date.now() + SCHEMA_WITHIN_MS;
  for (;;) {
    const { rows: found } = await replica.query<{ there: boolean }>(
      'SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= $1::pg_lsn AS there',
      [rows[0]?.lsn],
    );
    if (found[0]?.there === true) return;
    if (Date.now() > deadline)
      throw new StartupError(
        'The server in DATABASE_REPLICA_URL does not follow the one in DATABASE_URL: it has not replayed the schema within ' +
          `${SCHEMA_WITHIN_MS / 1000} s. Look at pg_stat_replication there and at the replica's log, or unset DATABASE_REPLICA_URL.`,
      );
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * Seconds by which the figures of the replica are behind the primary's; 0 while nothing is written. It compares the projectors' signs
 * of life, so a replica that has lost its primary counts as behind. Rejects where either does not answer.
 */
export async function replicaLag(replica: Pool, primary: Pool): Promise<number> {
  const SIGN = 'SELECT extract(epoch FROM max(updated_at))::float8 AS at FROM partition';
  const [now, then] = await Promise.all([
    primary.query<{ at: number | null }>(SIGN),
    replica.query<{ at: number | null }>(SIGN),
  ]);
  return Math.max(0, (now.rows[0]?.at ?? 0) - (then.rows[0]?.at ?? 0));
}
