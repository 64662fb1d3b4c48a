import type { MetricValues } from '#telemetry/metrics.js';
import type { LogLevel } from '#config/config.js';
import type { Durability } from '#event-log/types.js';

/** What the projector of a thread works with. */
export interface ThreadSettings {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** What the process found out about the log. */
  readonly durability: Durability;
  readonly partitions: number;
  readonly logLevel: LogLevel;
  readonly rebuildShare: number;
  readonly threads: number;
  /** What building used in all of them. */
  readonly paid: SharedArrayBuffer;
  /** Milliseconds between two verifications; Infinity: none by itself. */
  readonly verifyEveryMs: number;
}

/** From the process to a thread. */
export type Order =
  { readonly kind: 'start'; readonly settings: ThreadSettings } | { readonly kind: 'stop' | 'metrics' };

/** From a thread to its process. */
export type Report =
  | { readonly kind: 'started' }
  /** It must not start: the message of a StartupError. */
  | { readonly kind: 'refused'; readonly why: string }
  /** One line of the log, as it is to be written. */
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'metrics'; readonly values: readonly MetricValues[] };
