import type { Command } from 'commander';
import type { Pool } from 'pg';

import { createPool } from '#database/pool.js';
import { projectionStatus, withHeads, type ProjectionFigures } from '#database/projection-status.js';
import { livingProjectors, type ProjectorFigures } from '#database/projectors.js';
import { replicaLag } from '#database/replica.js';
import { rowsOf } from '#database/row-reader.js';
import { lastVerifications, type Verification } from '#database/verification.js';
import { EventLog } from '#event-log/event-log.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';

import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { requireInstance, type Instance } from './instance.js';
import { messageOf } from './problem.js';
import { count, table } from './text.js';

export function addStatus(program: Command, context: () => CommandContext): void {
  program
    .command('status')
    .description('Show how far every read model is, per partition of the log')
    .option('--json', 'for scripts')
    .action(async (options: { json?: boolean }) => {
      const { config, print } = context();
      const instance = requireInstance(config, 'databaseUrl');
      const database = new DatabaseSession(config);
      try {
        // The figures first, so that no head is older than its checkpoint.
        const figures = await projectionStatus(rowsOf(await database.pool()));
        const { heads, ...log } = await readLog(instance, figures);
        const [verification] = await lastVerifications(rowsOf(await database.pool()), 1);
        const status: Status = {
          ...log,
          projections: withHeads(figures, heads),
          projectors: await livingProjectors(rowsOf(await database.pool())),
          ...(await lookAtReplica(instance, await database.pool())),
          ...(verification && { verification }),
        };
        print(options.json ? JSON.stringify(status) : describe(status));
      } finally {
        await database.close();
      }
    });
}

async function lookAtReplica(
  { databaseReplicaUrl }: Instance,
  primary: Pool,
): Promise<Pick<Status, 'replicaSecondsBehind'>> {
  if (databaseReplicaUrl === undefined) return {};
  const replica = createPool(databaseReplicaUrl, { max: 1, applicationName: 'tidemark-cli' });
  try {
    return { replicaSecondsBehind: await replicaLag(replica, primary) };
  } catch {
    return { replicaSecondsBehind: null };
  } finally {
    await replica.end();
  }
}

interface LogState {
  /** `synced`, `unsynced`, `unproven`; `unavailable` while the log does not answer. */
  readonly durability: string;
  readonly fault?: string;
  /** partition -> last sequence in the log */
  readonly heads: ReadonlyMap<number, number>;
}

interface Status {
  readonly durability: string;
  readonly fault?: string;
  readonly projections: readonly ProjectionFigures[];
  readonly projectors: readonly ProjectorFigures[];
  /** Where questions are answered from one; null: it does not answer. */
  readonly replicaSecondsBehind?: number | null;
  /** The last one; undefined where there was none yet. */
  readonly verification?: Verification;
}

async function readLog(instance: Instance, figures: readonly ProjectionFigures[]): Promise<LogState> {
  let log: EventLog | undefined;
  try {
    if (!instance.natsUrl) throw new Error('its address is not known; set NATS_URL');
    log = await EventLog.open({
      url: instance.natsUrl,
      monitorUrl: instance.natsMonitorUrl,
      acceptUnsynced: true,
      logger: silentLogger,
      metrics: new Metrics({ defaults: false }),
    });
    const open = log;
    const partitions = new Set(figures.flatMap((each) => each.partitions.map(({ partition }) => partition)));
    const heads = await Promise.all([...partitions].map((partition) => open.head(partition)));
    return {
      durability: log.durability,
      heads: new Map(heads.map((head) => [head.partition, head.sequence])),
    };
  } catch (error) {
    return { durability: 'unavailable', fault: messageOf(error), heads: new Map() };
  } finally {
    await log?.close().catch(() => undefined);
  }
}

const HEAD = [
  'projection',
  'version',
  'generation',
  'state',
  'partition',
  'checkpoint',
  'head',
  'lag',
  'rate',
  'dead letters',
];

function describe(status: Status): string {
  const { durability, fault, projections, projectors, replicaSecondsBehind, verification } = status;
  const rows = projections.flatMap(({ name, version, generation, status, partitions }) =>
    partitions.map(({ partition, checkpoint, head, lag, rate, deadLetters }) => [
      name,
      version,
      generation,
      status,
      partition,
      checkpoint,
      head,
      lag,
      `${count(rate)}/s`,
      deadLetters,
    ]),
  );
  const stopped = new Map(
    projections.flatMap(({ partitions }) =>
      partitions.map((each) => [each.partition, each.stoppedReason] as const),
    ),
  );
  return [
    rows.length > 0 ? table(HEAD, rows) : 'No read model has been fed yet: is a projector running?',
    '',
    `Log: ${durability}${fault ? ` (${fault}); heads are the last ones seen` : ''}.`,
    projecting(projectors),
    ...(replicaSecondsBehind === undefined ? [] : [replicaLine(replicaSecondsBehind)]),
    verified(verification),
    ...[...stopped]
      .filter(([, reason]) => reason)
      .map(([p, reason]) => `Partition ${p} is stopped: ${reason ?? ''}`),
  ].join('\n');
}

function projecting(projectors: readonly ProjectorFigures[]): string {
  if (projectors.length === 0) return 'No projector runs.';
  const held = projectors.map(
    ({ owner, partitions }) => `  ${owner}: ${partitions.length > 0 ? partitions.join(', ') : 'none'}`,
  );
  return ['Projectors and the partitions that they hold:', ...held].join('\n');
}

function replicaLine(secondsBehind: number | null): string {
  return secondsBehind === null
    ? 'Read replica: it does not answer, and nor do questions.'
    : `Read replica: ${secondsBehind.toFixed(1)} s behind.`;
}

function verified(last: Verification | undefined): string {
  if (!last) return 'Never verified against the log; see "verify".';
  const { site, from, to, positions, outcome, driftRows, finishedAt } = last;
  const days = from || to ? ` from ${from ?? 'the first day'} to ${to ?? 'the last'}` : '';
  const upTo = positions.map(({ partition, sequence }) => `${partition}:${sequence}`).join(' ');
  return (
    `Verified ${finishedAt.toISOString()}, ${site ?? 'every site'}${days}, up to ${upTo}: ` +
    (outcome === 'clean' ? 'no drift.' : `DRIFT in ${count(driftRows)} rows; "verify" shows it.`)
  );
}
