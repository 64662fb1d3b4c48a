import type { Position } from '#events/position.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';

/** What an append came to. A refusal is a value: its reason is also the metric label and the API's answer. */
export type AppendOutcome =
  | { readonly stored: true; readonly position: Position }
  | { readonly stored: false; readonly reason: AppendRefusal };

export type AppendRefusal = 'log_unavailable' | 'log_full' | 'log_overloaded' | 'event_too_large';

/** One record batch as read back: the payload is one JSON event per line (NDJSON). */
export interface LogMessage {
  readonly partition: number;
  readonly sequence: number;
  /** `Nats-Msg-Id`; empty where a foreign publisher set none. */
  readonly batchId: string;
  /** When JetStream stored it, milliseconds since the epoch. */
  readonly storedAt: number;
  readonly payload: Uint8Array;
  /** Messages of this partition still to come after this one, as the server counted at delivery. */
  readonly pending: number;
}

/** Recognises one and the same stream: JetStream re-uses sequences after a damaged tail or a re-creation. */
export interface StreamHead {
  readonly partition: number;
  /** Creation time of the stream, RFC 3339 as the server gives it. */
  readonly createdAt: string;
  readonly firstSequence: number;
  /** Last sequence stored; 0 for an empty stream. */
  readonly sequence: number;
  readonly bytes: number;
}

/**
 * A supervised, ordered, ack-less read. Iterating yields every message once, in order, for ever (through server
 * restarts); `stop()` ends the iteration. Throws `LogGapError` where a delivery is missing and cannot be explained.
 */
export interface LogReader extends AsyncIterable<LogMessage> {
  stop(): Promise<void>;
}

export type Durability = 'synced' | 'unsynced' | 'unproven';

/** Tells readers and dashboards that the figures of these sites moved; may get lost. */
export interface ChangeNotice {
  readonly partition: number;
  readonly sequence: number;
  readonly sites: readonly string[];
}

/** How much may wait and how it is cut into messages. Times in milliseconds. */
export interface AppendLimits {
  /** Events per message, and bytes of payload before which it closes. */
  readonly batchEvents: number;
  readonly batchBytes: number;
  /** Messages of one partition on their way at once; all but the first hold at least `alongside` events or are full. */
  readonly inFlight: number;
  readonly alongside: number;
  /** Events and bytes waiting or on their way, over all partitions; beyond it the answer is `log_overloaded`. */
  readonly pendingEvents: number;
  readonly pendingBytes: number;
  /** How long the first may have waited while the log does store: then more comes than it can take. */
  readonly overloadedAfter: number;
  /** One try of a publish; after three of them, or `totalTimeout` since the oldest event came in, it is refused. */
  readonly tryTimeout: number;
  readonly totalTimeout: number;
}

/** Which stream it is, and how far it goes. */
export interface StreamPlace {
  /** RFC 3339, as the server gives it. */
  readonly createdAt: string;
  /** Last sequence stored; 0 for an empty stream. */
  readonly sequence: number;
}

/** One event of the WORKSPACE stream as stored. */
export interface WorkspaceRecord {
  readonly sequence: number;
  /** When JetStream stored it, milliseconds since the epoch. */
  readonly storedAt: number;
  readonly kind: string;
  readonly id: string;
  /** JSON text; see `decodeWorkspaceEvent`. */
  readonly text: string;
}

export type WorkspaceAppendOutcome =
  | { readonly stored: true; readonly sequence: number }
  /** `conflict`: the subject's last sequence is another one than expected; read it back with `last`. */
  | { readonly stored: false; readonly reason: 'conflict' | 'log_unavailable' | 'log_full' };

/** A delivery is missing and the stream's list of deleted messages does not explain it, or the log is another one. */
export class LogGapError extends Error {
  override readonly name = 'LogGapError';
  constructor(
    message: string,
    readonly reason: 'gap' | 'changed',
    /** Of a gap: the sequences that were not delivered, both inclusive. */
    readonly gap?: { readonly first: number; readonly last: number },
  ) {
    super(message);
  }
}

export interface EventLogOptions {
  /** `nats://[user:password@]host:port`, several with commas. */
  readonly url: string;
  /** The servers' monitoring addresses, `http://host:8222`, with commas; without them the durability stays unproven. */
  readonly monitorUrl?: string | undefined;
  /** Wanted number of partitions; undefined: what the log's record says, else 4. */
  readonly partitions?: number | undefined;
  /** Servers of a cluster that keep each stream; undefined: new ones three on a cluster of three or more, else one. */
  readonly replicas?: number | undefined;
  readonly acceptUnsynced: boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits?: Partial<AppendLimits>;
}
