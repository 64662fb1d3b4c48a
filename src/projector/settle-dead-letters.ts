import type { Client, ClientBase } from 'pg';
import { DISCARD_DEAD_LETTERS, type DeadLetterResult } from '#database/dead-letter-orders.js';
import type { Job } from '#database/jobs.js';
import { resultOf } from './dead-letter-jobs.js';
import type { Engine } from './engine.js';
import { letGo } from './hold-back.js';
import { lockFloor, type Lease } from './lease.js';
import { outdateSpare } from './reproject/spare-sets.js';
import { retryLetters, type HeldGeneration, type OrderedLetter } from './retry-dead-letters.js';
import { commit } from './session.js';

/** Rows that are settled in one transaction, during which live projection of the partition waits. */
const AT_ONCE = 200;

interface Settled {
  readonly result: DeadLetterResult;
  /** Whose figures changed. */
  readonly sites: readonly string[];
}

/**
 * Settles some of the partition's ordered dead letters in one transaction that holds the partition and every
 * generation concerned where they are: a builder has either passed an event, and then listed it, or will meet it without
 * its dead letter. @returns whether there may be more. @throws LeaseLost
 */
export async function settleSome(engine: Engine, client: Client, lease: Lease): Promise<boolean> {
  const { partition } = lease;
  await client.query('BEGIN');
  try {
    // No generation begins, is served or retires meanwhile.
    await client.query('LOCK TABLE generation IN ROW EXCLUSIVE MODE');
    const floor = await lockFloor(client, lease);
    const order = await nextOrder(client, partition);
    if (!order) {
      await client.query('ROLLBACK');
      return false;
    }
    const held = await holdGenerations(client, partition);
    const letters = await lettersOf(client, partition, order.ids);
    const { result, sites } = await settle(engine, client, lease, order.job, letters, held);
    await client.query('UPDATE dead_letter SET job_id = NULL WHERE id = ANY ($1::bigint[])', [order.ids]);
    await outdateSpare(client, sites);
    await tell(client, order.job.id, result);
    if (result.retried + result.discarded > 0) await letGo(client, partition, engine.projections);
    await engine.failpoints.settle_before_commit?.(partition);
    await commit(client);
    count(engine, partition, result);
    if (sites.length > 0) engine.log.notify({ partition, sequence: floor, sites: [...sites] });
    return true;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

type JobHead = Pick<Job, 'id' | 'kind' | 'arguments'>;

/** Rows of one job, oldest first. */
async function nextOrder(
  client: ClientBase,
  partition: number,
): Promise<{ job: JobHead; ids: number[] } | undefined> {
  const { rows } = await client.query<JobHead & { letter: number }>(
    `SELECT d.id AS letter, j.id, j.kind, j.arguments FROM dead_letter d JOIN job j ON j.id = d.job_id
     WHERE d.partition = $1 AND d.job_id = (
       SELECT min(job_id) FROM dead_letter WHERE partition = $1 AND job_id IS NOT NULL)
     ORDER BY d.sequence, d.ordinal, d.id LIMIT $2`,
    [partition, AT_ONCE],
  );
  const [job] = rows;
  return job && { job, ids: rows.map((row) => row.letter) };
}

async function holdGenerations(client: ClientBase, partition: number): Promise<HeldGeneration[]> {
  const { rows } = await client.query<HeldGeneration>(
    `SELECT g.id, g.projection, g.number, g.version, g.status, c.sequence
     FROM checkpoint c JOIN generation g ON g.id = c.generation_id
     WHERE c.partition = $1 AND g.status <> 'retired' ORDER BY g.id FOR NO KEY UPDATE OF c`,
    [partition],
  );
  return rows;
}

/** With what the same event left in other generations of the same projection: an operator means the event. */
async function lettersOf(
  client: ClientBase,
  partition: number,
  ids: readonly number[],
): Promise<OrderedLetter[]> {
  const { rows } = await client.query<OrderedLetter>(
    `SELECT DISTINCT d.id, d.sequence, d.ordinal, d.generation_id AS "generationId", coalesce(d.event, '') AS event,
       d.reason, g.projection
     FROM dead_letter o LEFT JOIN generation og ON og.id = o.generation_id
     JOIN dead_letter d ON d.partition = o.partition AND d.sequence = o.sequence AND d.ordinal = o.ordinal
     LEFT JOIN generation g ON g.id = d.generation_id
     WHERE o.id = ANY ($2::bigint[]) AND d.partition = $1 AND d.status = 'open'
       AND g.projection IS NOT DISTINCT FROM og.projection
     ORDER BY d.sequence, d.ordinal, d.id`,
    [partition, ids],
  );
  return rows;
}

async function settle(
  engine: Engine,
  client: Client,
  lease: Lease,
  job: JobHead,
  letters: readonly OrderedLetter[],
  held: readonly HeldGeneration[],
): Promise<Settled> {
  if (job.kind !== DISCARD_DEAD_LETTERS) return retryLetters(engine, client, lease, letters, held);
  const { note } = job.arguments as { note?: string };
  const { rowCount } = await client.query(
    `UPDATE dead_letter SET status = 'discarded', note = $2, discarded_at = now() WHERE id = ANY ($1::bigint[])`,
    [letters.map((each) => each.id), note ?? ''],
  );
  return { result: { retried: 0, failed: 0, skipped: 0, discarded: rowCount ?? 0 }, sites: [] };
}

/** In the same transaction, so that what the job says of itself is what was done. */
async function tell(client: ClientBase, id: number, more: DeadLetterResult): Promise<void> {
  const { rows } = await client.query<Pick<Job, 'progress'>>(
    'SELECT progress FROM job WHERE id = $1 FOR UPDATE',
    [id],
  );
  const [job] = rows;
  if (!job) return;
  const sum = resultOf(job);
  const result: DeadLetterResult = {
    retried: sum.retried + more.retried,
    failed: sum.failed + more.failed,
    skipped: sum.skipped + more.skipped,
    discarded: sum.discarded + more.discarded,
  };
  await client.query('UPDATE job SET progress = $2 WHERE id = $1', [
    id,
    JSON.stringify({ ...job.progress, result }),
  ]);
}

function count({ metrics }: Engine, partition: number, result: DeadLetterResult): void {
  const { retried, failed, discarded } = result;
  for (const [outcome, letters] of Object.entries({ retried, failed, discarded }))
    metrics.deadLettersSettled.inc({ partition, outcome }, letters);
}
