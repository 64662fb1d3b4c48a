import { afterEach } from 'vitest';
import type { LogMessage } from '#event-log/types.js';
import type { StoredEvent } from '#events/stored-event.js';
import { projections } from '#projections/index.js';
import { Lab, labEvent } from '../../e2e/support/projector-lab.js';
import { ProjectorProcess, type ProgramOptions } from '../../harness/projector-process.js';
import { waitFor } from '../../harness/wait-for.js';
import { contentsOf, expectTruth } from '../../laws/support/lab-laws.js';

/** Servers of a test's own and projector processes upon them; all of it ends with the test. */
export interface ProcessLab {
  readonly lab: Lab;
  readonly start: (options?: Partial<ProgramOptions>) => Promise<ProjectorProcess>;
}

const open: { lab: Lab; running: ProjectorProcess[] }[] = [];
afterEach(async () => {
  for (const { lab, running } of open.splice(0)) {
    for (const each of running.filter(({ gone }) => !gone)) await each.kill();
    await lab.close();
  }
});

/** @param partitions one by default: then it is known who has which batch in hand */
export async function openProcessLab(partitions = 1): Promise<ProcessLab> {
  const lab = await Lab.open(partitions);
  const running: ProjectorProcess[] = [];
  open.push({ lab, running });
  return {
    lab,
    async start(options) {
      const servers = { databaseUrl: lab.database.url, natsUrl: lab.nats.url };
      const started = await ProjectorProcess.start(servers, options);
      running.push(started);
      return started;
    },
  };
}

/** After the drain every row of the shipped read models is what the log says, and every line is accounted for. */
export const expectExact = (lab: Lab) => expectTruth(lab, 1, projections);

export const eventsOf = (site: string, from: number, to: number): StoredEvent[] =>
  Array.from({ length: to - from }, (_, i) => labEvent(site, from + i));

/** Every row of the shipped read models as they were first filled. */
export const figures = (lab: Lab) => contentsOf(lab, () => 1, projections);

/** Waits until the partition stands still and the database says why. @returns the reason */
export const stoppedReason = (lab: Lab) =>
  waitFor(
    async () => {
      const [row] = await lab.query<{ reason: string | null }>(
        'SELECT stopped_reason AS reason FROM partition WHERE stopped_reason IS NOT NULL',
      );
      return row?.reason;
    },
    { timeout: 30_000, message: 'the reason of the stop in the database' },
  );

/** What an assertion of a test throws: a control must fail by it, not by something that went wrong on the way. */
export const assertionFails = { name: 'AssertionError' };

/** A ledger that takes every event for a new one. */
export const ledgerWithoutKey = (lab: Lab) =>
  lab.query('CREATE TABLE ledger_0 (sequence bigint, site_id int, ordinal int, event_id uuid)');

const always = (place: number) => `AND $${place}::bigint IS NOT NULL`;

/** What each guard is in the statements of a projector, and the statement without it. */
export const without = {
  /** Every statement commits by itself. */
  transaction: { find: '^BEGIN$', replace: 'SELECT 1' },
  /** The taker leaves the session of the old holder alone. */
  termination: { find: 'pg_terminate_backend\\(pid\\)', replace: 'pid' },
  /** Nobody notices that another one has taken the partition since. */
  epoch: { find: 'AND epoch = \\$2(?! AND \\()', replace: always(2) },
  /** A batch is applied wherever the floor stands meanwhile. */
  floor: { find: 'AND sequence = \\$3', replace: always(3) },
  /** The builder's position is not kept in the transaction of the rows. */
  checkpointWithTheRows: {
    find: 'UPDATE checkpoint SET sequence = \\$3',
    replace: 'UPDATE checkpoint SET sequence = coalesce(sequence, $3)',
  },
  /** Whatever stands in the log at the floor passes for what was read there. */
  identity: ({ batchId, storedAt }: LogMessage) => ({
    find: 'RETURNING epoch, sequence, batch_id, stream_created_at, projected_stored_at',
    replace:
      `RETURNING epoch, sequence, '${batchId}' AS batch_id, stream_created_at, ` +
      `to_timestamp(${storedAt} / 1000.0) AS projected_stored_at`,
  }),
  standing: { find: 'AND c\\.sequence = \\$2', replace: always(2) },
};
