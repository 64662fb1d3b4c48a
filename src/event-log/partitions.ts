import type { JetStreamManager } from '@nats-io/jetstream';
import { StartupError } from '#config/startup-error.js';
import { decodeWorkspaceEvent } from '#events/workspace-event.js';
import { ensureStream, eventsConfig, eventsStream, streamInfo, type Replicas } from './streams.js';
import type { WorkspaceLog } from './workspace-log.js';

const defaultPartitions = 4;
const mostPartitions = 256;

export interface PartitionsOptions {
  readonly jsm: JetStreamManager;
  readonly workspace: WorkspaceLog;
  readonly wanted: number | undefined;
  readonly replicas: Replicas;
}

/**
 * Settles P, the number of partitions, and creates the missing streams. The log's own record counts; a higher wish
 * raises it, for sites created later.
 * @throws StartupError for a lower wish, or where events lie in a log whose record is gone.
 */
export async function settlePartitions(options: PartitionsOptions): Promise<number> {
  const { jsm, workspace, wanted, replicas } = options;
  if (wanted !== undefined && (!Number.isInteger(wanted) || wanted < 1 || wanted > mostPartitions)) {
    throw new StartupError(`TIDEMARK_PARTITIONS must be 1 to ${mostPartitions}, such as 4.`);
  }
  for (;;) {
    const record = await workspace.last('log', 'partitions');
    const event = record && decodeWorkspaceEvent(record.text);
    const recorded = event?.type === 'PartitionsSet' ? event.partitions : 0;
    if (recorded === 0) await refuseOrphans(jsm);
    if (wanted !== undefined && wanted < recorded) {
      throw new StartupError(
        `TIDEMARK_PARTITIONS is ${wanted}, but this log has ${recorded} partitions, and their number can only be ` +
          `raised: sites already live in them. Set it to ${recorded} or more, or leave it unset.`,
      );
    }
    const partitions = wanted ?? (recorded || defaultPartitions);
    // Streams first: whoever reads the new record appends to them at once.
    for (let p = 0; p < partitions; p++) await ensureStream(jsm, eventsConfig(p), replicas);
    if (partitions === recorded) return partitions;
    const outcome = await workspace.append(
      'log',
      'partitions',
      { type: 'PartitionsSet', partitions, at: Date.now() },
      record?.sequence ?? 0,
    );
    if (outcome.stored) return partitions;
    // Conflict: another process set it at the same moment; look again.
    if (outcome.reason !== 'conflict') {
      throw new StartupError(
        outcome.reason === 'log_full'
          ? 'The log is full: NATS refuses to store anything. Raise max_file_store or make room on its disk.'
          : 'NATS answers but does not store: look at its log, and at the disk it writes to.',
      );
    }
  }
}

/** A record that is gone while events are there means a damaged or foreign log; where sites live would be a guess. */
async function refuseOrphans(jsm: JetStreamManager): Promise<void> {
  const first = await streamInfo(jsm, eventsStream(0));
  if (first !== undefined && first.state.last_seq > 0) {
    throw new StartupError(
      'This log holds events (stream EVENTS_0) but no record of its partitions in the stream WORKSPACE: ' +
        'part of it was lost. Restore the stream WORKSPACE from a backup.',
    );
  }
}
