import type { Command } from 'commander';

import { projectionStatus, withHeads, type ProjectionFigures } from '#database/projection-status.js';
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
          ...(verification && { verification }),
        };
        print(options.json ? JSON.stringify(status) : describe(status));
      } finally {
        await database.close();
      }
    });
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

function describe({ durability, fault, projections, verification }: Status): string {
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
    verified(verification),
    ...[...stopped]
      .filter(([, reason]) => reason)
      .map(([p, reason]) => `Partition ${p} is stopped: ${reason ?? ''}`),
  ].join('\n');
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
