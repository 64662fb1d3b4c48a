import type { Pool } from 'pg';
import type { ChangeNotice, LogMessage, LogReader, StreamHead } from '#event-log/types.js';
import type { Projection } from '#projection/types.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';
import type { BuildThrottle } from './build-throttle.js';

/** What the projector needs of the log; `EventLog` is one. */
export interface ProjectedLog {
  readonly partitions: number;
  head(partition: number): Promise<StreamHead>;
  messageAt(partition: number, sequence: number): Promise<LogMessage | undefined>;
  sequenceFrom(partition: number, sequence: number): Promise<number | undefined>;
  read(
    partition: number,
    fromSequence: number,
    options?: { maxMessages?: number; maxBytes?: number },
  ): LogReader;
  notify(notice: ChangeNotice): void;
}

/** Places where a test may stop, delay or break the engine. */
export type Failpoint =
  | 'before_tx'
  | 'after_ledger'
  | 'before_commit'
  | 'after_commit'
  | 'before_position'
  | 'build_before_commit'
  | 'settle_before_commit'
  | 'reproject_before_commit'
  | 'reproject_before_switch'
  | 'reproject_after_switch'
  | 'preview_before_end'
  | 'verify_batch'
  | 'as_of_before_commit';
export type Failpoints = Partial<Record<Failpoint, (partition: number) => void | Promise<void>>>;

export interface Limits {
  /** Events at which a batch closes. */
  readonly batchEvents: number;
  /** Payload bytes at which a batch closes. */
  readonly batchBytes: number;
  /** Batches that a build applies in one transaction at most. */
  readonly buildBatches: number;
  /** Milliseconds after its first message at which a batch closes. */
  readonly lingerMs: number;
  /** Share of a batch that may be parked before the partition stops; a handful always may. */
  readonly parkedShare: number;
  readonly parkedHandful: number;
  /** Milliseconds a lease lives without a sign of life, and between two signs. */
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** Milliseconds between two looks for free partitions and jobs. */
  readonly tickMs: number;
  /** Milliseconds between two looks for tables that are no longer needed. */
  readonly sweepMs: number;
  /** Milliseconds before a stopped partition tries again. */
  readonly stoppedRetryMs: number;
  /** Milliseconds between two verifications of everything; Infinity: only when ordered. */
  readonly verifyEveryMs: number;
  /** Figures of sites as they were that are kept at most, and events folded into all of them. */
  readonly pastFigures: number;
  readonly pastEvents: number;
}

export const defaultLimits: Limits = {
  batchEvents: 10_000,
  batchBytes: 16 * 1024 * 1024,
  buildBatches: 10,
  lingerMs: 50,
  parkedShare: 0.01,
  parkedHandful: 10,
  leaseMs: 6_000,
  heartbeatMs: 2_000,
  tickMs: 500,
  sweepMs: 10_000,
  stoppedRetryMs: 10_000,
  verifyEveryMs: Infinity,
  pastFigures: 100,
  pastEvents: 50_000_000,
};

/** Everything that the parts of one projector share. */
export interface Engine {
  readonly url: string;
  readonly pool: Pool;
  readonly log: ProjectedLog;
  readonly projections: readonly Projection[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Names this process in leases; unique per process. */
  readonly owner: string;
  readonly limits: Limits;
  readonly failpoints: Failpoints;
  readonly buildThrottle: BuildThrottle;
}

/** The projection that fills a generation, if this code has it. */
export function projectionOf(
  engine: Engine,
  generation: { projection: string; version: number },
): Projection | undefined {
  return engine.projections.find(
    (each) => each.name === generation.projection && each.version === generation.version,
  );
}
