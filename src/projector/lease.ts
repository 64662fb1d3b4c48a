import type { ClientBase, Pool } from 'pg';
import type { Batch } from './batch.js';
import { LeaseLost } from './errors.js';

/** The right to project a partition. Every taker raises the epoch, so an older holder's next batch hits the fence. */
export interface Lease {
  readonly partition: number;
  readonly epoch: number;
}

/** The live checkpoint: everything up to and including `sequence` is in the read models. */
export interface Floor {
  readonly sequence: number;
  readonly batchId: string;
  /** Creation time of the stream it was read from; undefined before the first look. */
  readonly streamCreatedAt: string | undefined;
  readonly projectedStoredAt: number | undefined;
}

/** What the holder tells about itself with each batch and each heartbeat. */
export interface Signs {
  readonly headSequence: number | undefined;
  /** Events a second, lately. */
  readonly rate: number;
}

export interface Holder {
  readonly partition: number;
  /** Of a free one: who held it until its lease ran out; null: nobody, or it was given back. */
  readonly owner: string | null;
  readonly free: boolean;
}

interface LeaseRow {
  readonly epoch: number;
  readonly sequence: number;
  readonly batch_id: string;
  readonly stream_created_at: string | null;
  readonly projected_stored_at: Date | null;
}

const columns = 'epoch, sequence, batch_id, stream_created_at, projected_stored_at';

/** `application_name` of a backend that works for a lease; PostgreSQL cuts it at 63 bytes. */
export function backendName(kind: 'live' | 'build', partition: number, owner: string): string {
  return `tidemark ${kind} ${partition} ${owner}`.slice(0, 63);
}

/** Without a holder that shows life. A backend that is busy on a statement is alive, however slow. */
const FREE = `(p.owner IS NULL OR (p.lease_until < now() AND NOT EXISTS (
  SELECT FROM pg_stat_activity a
  WHERE a.pid = p.backend_pid AND a.application_name = left('tidemark live ' || p.partition || ' ' || p.owner, 63)
    AND a.state = 'active' AND a.query_start > now() - interval '60 s')))`;

/** Who holds which partition, in their order. */
export async function holders(pool: Pool): Promise<Holder[]> {
  const { rows } = await pool.query<Holder>(
    `SELECT p.partition, p.owner, ${FREE} AS free FROM partition p ORDER BY p.partition`,
  );
  return rows;
}

/**
 * Takes a free or expired partition: ends the old holder's backends first (one frozen in a transaction would keep the
 * row locked), then raises the epoch.
 * @returns undefined where somebody else was faster.
 */
export async function takeLease(
  client: ClientBase,
  partition: number,
  owner: string,
  leaseMs: number,
): Promise<{ lease: Lease; floor: Floor; previous: string | null } | undefined> {
  const { rows: seen } = await client.query<{ epoch: number; owner: string | null }>(
    'SELECT epoch, owner FROM partition WHERE partition = $1 AND (owner IS NULL OR lease_until < now())',
    [partition],
  );
  const [old] = seen;
  if (!old) return undefined;
  if (old.owner !== null) {
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = ANY ($1::text[]) AND datname = current_database() AND pid <> pg_backend_pid()`,
      [[backendName('live', partition, old.owner), backendName('build', partition, old.owner)]],
    );
  }
  const { rows } = await client.query<LeaseRow>(
    `UPDATE partition SET owner = $3, epoch = epoch + 1, backend_pid = pg_backend_pid(),
       lease_until = now() + $4 * interval '1 ms', updated_at = now()
     WHERE partition = $1 AND epoch = $2 AND (owner IS NULL OR lease_until < now()) RETURNING ${columns}`,
    [partition, old.epoch, owner, leaseMs],
  );
  const [row] = rows;
  return row && { lease: { partition, epoch: row.epoch }, floor: floorOf(row), previous: old.owner };
}

/** The same holder on a new connection. @throws LeaseLost */
export async function renewLease(client: ClientBase, lease: Lease, leaseMs: number): Promise<Floor> {
  const { rows } = await client.query<LeaseRow>(
    `UPDATE partition SET backend_pid = pg_backend_pid(), lease_until = now() + $3 * interval '1 ms', updated_at = now()
     WHERE partition = $1 AND epoch = $2 RETURNING ${columns}`,
    [lease.partition, lease.epoch, leaseMs],
  );
  const [row] = rows;
  if (!row) throw lost(lease);
  return floorOf(row);
}

/**
 * The first statement of every batch: compare-and-set on (epoch, floor), which also locks the row.
 * @returns whether an operator lets this batch park any share of its events. @throws LeaseLost
 */
export async function fence(
  client: ClientBase,
  lease: Lease,
  floor: Floor,
  batch: Batch,
  signs: Signs,
  leaseMs: number,
): Promise<boolean> {
  const { rows } = await client.query<{ lenient: boolean }>(
    `UPDATE partition SET sequence = $4, batch_id = $5, projected_stored_at = to_timestamp($6::float8 / 1000),
       head_sequence = greatest($7::bigint, $4), rate = $8, lease_until = now() + $9 * interval '1 ms',
       stopped_reason = NULL, updated_at = now()
     WHERE partition = $1 AND epoch = $2 AND sequence = $3 RETURNING park_below > $3 AS lenient`,
    [
      lease.partition,
      lease.epoch,
      floor.sequence,
      batch.sequence,
      batch.batchId,
      batch.storedAt,
      signs.headSequence ?? null,
      signs.rate,
      leaseMs,
    ],
  );
  const [row] = rows;
  if (!row) throw lost(lease);
  return row.lenient;
}

/** Holds live projection off until the caller's transaction ends. @returns the floor. @throws LeaseLost */
export async function lockFloor(client: ClientBase, lease: Lease): Promise<number> {
  const { rows } = await client.query<{ sequence: number }>(
    'SELECT sequence FROM partition WHERE partition = $1 AND epoch = $2 FOR NO KEY UPDATE',
    [lease.partition, lease.epoch],
  );
  const [row] = rows;
  if (!row) throw lost(lease);
  return row.sequence;
}

/** The live checkpoint, where it is at that sequence right now. */
export async function floorAt(
  client: ClientBase,
  partition: number,
  sequence: number,
): Promise<Floor | undefined> {
  const { rows } = await client.query<LeaseRow>(
    `SELECT ${columns} FROM partition WHERE partition = $1 AND sequence = $2`,
    [partition, sequence],
  );
  return rows[0] && floorOf(rows[0]);
}

/** @throws LeaseLost */
export async function heartbeat(
  client: ClientBase,
  lease: Lease,
  signs: Signs,
  leaseMs: number,
): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE partition SET head_sequence = coalesce($3, head_sequence), rate = $4,
       lease_until = now() + $5 * interval '1 ms', updated_at = now()
     WHERE partition = $1 AND epoch = $2`,
    [lease.partition, lease.epoch, signs.headSequence ?? null, signs.rate, leaseMs],
  );
  if (rowCount !== 1) throw lost(lease);
}

/** At a graceful stop: the next process need not wait for the expiry. */
export async function releaseLease(client: ClientBase | Pool, lease: Lease): Promise<void> {
  await client.query(
    `UPDATE partition SET owner = NULL, backend_pid = NULL, lease_until = NULL, rate = 0
     WHERE partition = $1 AND epoch = $2`,
    [lease.partition, lease.epoch],
  );
}

/** Says why the partition stands still (null: it does not), which is a sign of life as well. */
export async function recordStop(
  client: ClientBase | Pool,
  lease: Lease,
  reason: string | null,
  leaseMs: number,
): Promise<void> {
  await client.query(
    `UPDATE partition SET stopped_reason = $3, lease_until = now() + $4 * interval '1 ms', updated_at = now()
     WHERE partition = $1 AND epoch = $2`,
    [lease.partition, lease.epoch, reason, leaseMs],
  );
}

function floorOf(row: LeaseRow): Floor {
  return {
    sequence: row.sequence,
    batchId: row.batch_id,
    streamCreatedAt: row.stream_created_at ?? undefined,
    projectedStoredAt: row.projected_stored_at?.getTime(),
  };
}

function lost(lease: Lease): LeaseLost {
  return new LeaseLost(
    `partition ${lease.partition} was taken by another process (our epoch was ${lease.epoch})`,
  );
}
