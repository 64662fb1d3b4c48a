import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createPool } from '#database/pool.js';
import { migrate } from '#database/data-source.js';
import { EventLog } from '#event-log/event-log.js';
import { encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import { findJob, requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { Projector } from '#projector/projector.js';
import { projections } from '#projections/index.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { partitionFor } from '#workspace/state/partition-for.js';
import { rowAtATime } from './row-at-a-time.js';
import type { Row } from './report.js';
import { liveLike, traffic } from './traffic.js';

const IN_FLIGHT = 2_000;

/** Append alone, the projector against row-at-a-time, and a rebuild, on servers of their own. */
export async function coreRows(servers: {
  readonly natsUrl: string;
  readonly monitorUrl: string;
  readonly databaseUrl: string;
  readonly baselineUrl: string;
}): Promise<Row[]> {
  const events = [...traffic(liveLike)];
  const metrics = new Metrics({ defaults: false });
  await migrate(servers.databaseUrl, silentLogger);
  const pool = createPool(servers.databaseUrl);
  const log = await EventLog.open({
    url: servers.natsUrl,
    monitorUrl: servers.monitorUrl,
    partitions: 4,
    acceptUnsynced: false,
    logger: silentLogger,
    metrics,
  });
  const projector = new Projector({
    url: servers.databaseUrl,
    pool,
    log,
    projections,
    logger: silentLogger,
    metrics,
    owner: 'bench',
  });
  try {
    const appended = await append(log, events);
    const baseline = await rowAtATime(servers.baselineUrl, events, 8);
    const projectedIn = await timed(async () => {
      await projector.start();
      await caughtUp(log, pool);
    });
    const counted = await sum(pool, 'daily_aggregates_g1', 'events');
    if (counted !== events.length) throw new Error(`projected ${counted} of ${events.length} events`);
    const rebuiltIn = await timed(() => rebuild(pool));
    const projected = events.length / projectedIn;
    const rebuilt = events.length / rebuiltIn;
    const count = events.length.toLocaleString('en');
    return [
      {
        figure: 'append alone, 4 partitions',
        value: appended,
        unit: 'events/s',
        note: `${count} events, ${IN_FLIGHT} in flight, synced`,
      },
      {
        figure: 'projector, all read models',
        value: projected,
        unit: 'events/s',
        baseline: { name: 'row at a time, ten workers', value: baseline },
        mark: '>= 15 ×',
        met: projected >= 15 * baseline,
        note: `${count} events on ${liveLike.sites} sites, start of the projector included`,
      },
      {
        figure: 'rebuild, all read models',
        value: rebuilt,
        unit: 'events/s',
        baseline: { name: 'projector', value: projected },
        mark: '>= projector',
        met: rebuilt >= projected,
        note: 'from the log, joined and swapped',
      },
    ];
  } finally {
    await projector.stop();
    await log.close();
    await pool.end();
  }
}

async function append(log: EventLog, events: readonly StoredEvent[]): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let event = events[next++]; event !== undefined; event = events[next++]) {
      const outcome = await log.append(partitionFor(event.site, log.partitions), encodeEvent(event));
      if (!outcome.stored) throw new Error(`an append was refused: ${outcome.reason}`);
    }
  };
  const seconds = await timed(() => Promise.all(Array.from({ length: IN_FLIGHT }, worker)));
  return events.length / seconds;
}

async function caughtUp(log: EventLog, pool: Pool): Promise<void> {
  const heads = await Promise.all(
    Array.from({ length: log.partitions }, (_, partition) => log.head(partition)),
  );
  for (;;) {
    const { rows } = await pool.query<{ partition: number; sequence: number }>(
      'SELECT partition, sequence FROM partition',
    );
    const at = new Map(rows.map((row) => [row.partition, row.sequence]));
    if (heads.every((head) => (at.get(head.partition) ?? 0) >= head.sequence)) return;
    await pause(5);
  }
}

async function rebuild(pool: Pool): Promise<void> {
  const id = await requestJob(pool, 'rebuild', { swap: true });
  for (;;) {
    const job = await findJob(rowsOf(pool), id);
    if (job?.state === 'done') return;
    if (job?.state === 'failed') throw new Error(`the rebuild failed: ${job.error ?? ''}`);
    await pause(5);
  }
}

async function sum(pool: Pool, table: string, column: string): Promise<number> {
  const { rows } = await pool.query<{ sum: string }>(`SELECT sum(${column}) AS sum FROM ${table}`);
  return Number(rows[0]?.sum ?? 0);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
