import type { Position } from '#events/position.js';

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
