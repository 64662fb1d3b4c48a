import type { ClientBase } from 'pg';
import type { LogMessage, StreamHead } from '#event-log/types.js';
import type { ProjectedLog } from './engine.js';
import { PartitionStopped } from './errors.js';
import type { Floor, Lease } from './lease.js';

const MEND =
  'Nothing was skipped. Restore the log that belongs to this database (or the database that belongs to this log); ' +
  'to start over from the log as it is: tidemark rebuild --from-zero.';

/**
 * Proves that the log is the one the read models were filled from: JetStream re-uses sequence numbers after a damaged
 * tail or a re-creation, and a projector that trusts the number alone would skip new events for ever.
 * @throws PartitionStopped where it is another one.
 */
export async function verifyLog(log: ProjectedLog, partition: number, floor: Floor): Promise<StreamHead> {
  const head = await log.head(partition);
  if (floor.streamCreatedAt !== undefined && floor.streamCreatedAt !== head.createdAt) {
    throw otherLog(
      partition,
      `the log was replaced: its stream was created at ${head.createdAt}, the read models were filled from one ` +
        `created at ${floor.streamCreatedAt}`,
    );
  }
  if (floor.sequence === 0) return head;
  if (head.sequence < floor.sequence) {
    throw otherLog(
      partition,
      `the log moved backwards: it ends at ${head.sequence}, the read models are at ${floor.sequence}`,
    );
  }
  const message = await log.messageAt(partition, floor.sequence);
  if (!message) {
    throw otherLog(partition, `the log has lost message ${floor.sequence}, where the read models stand`);
  }
  verifyMessage(floor, message);
  return head;
}

/** @throws PartitionStopped where this is not the message that the read models end with. */
export function verifyMessage(floor: Floor, message: LogMessage): void {
  const { partition, sequence, batchId, storedAt } = message;
  const sameTime = floor.projectedStoredAt === undefined || Math.abs(floor.projectedStoredAt - storedAt) < 2;
  if (sequence === floor.sequence && batchId === floor.batchId && sameTime) return;
  throw otherLog(
    partition,
    `the log has another message at ${floor.sequence}: sequence ${sequence}, batch "${batchId}", stored ` +
      `${new Date(storedAt).toISOString()}; the read models were filled from batch "${floor.batchId}"`,
  );
}

function otherLog(partition: number, what: string): PartitionStopped {
  return new PartitionStopped(`Partition ${partition}: ${what}. ${MEND}`, 'log');
}

/** Remembers which stream this partition is read from, on the first look. */
export async function rememberStream(client: ClientBase, lease: Lease, head: StreamHead): Promise<void> {
  await client.query(
    `UPDATE partition SET stream_created_at = $3, head_sequence = $4
     WHERE partition = $1 AND epoch = $2 AND (stream_created_at IS NULL OR stream_created_at = $3)`,
    [lease.partition, lease.epoch, head.createdAt, head.sequence],
  );
}
