import type { MetricValues } from '#telemetry/metrics.js';
import type { Servers } from '../servers.js';

/** To a process that answers, from the one that started it. SIGTERM is the order to stop. */
export type Order =
  | { readonly kind: 'serve'; readonly servers: Servers }
  | { readonly kind: 'metrics' }
  /** What it asked for with that number. */
  | { readonly kind: 'others'; readonly id: number; readonly values: readonly (readonly MetricValues[])[] };

/** How far a process has come. */
export type Step = 'loaded' | 'listening';

/** From a process that answers. */
export type Report =
  | { readonly kind: Step }
  /** It cannot serve and ends. `mendable`: the message of a StartupError, else of a fault of its own. */
  | { readonly kind: 'refused'; readonly why: string; readonly mendable: boolean }
  | { readonly kind: 'metrics'; readonly values: readonly MetricValues[] }
  /** Asks for what the others counted, and says what it did. */
  | { readonly kind: 'others'; readonly id: number; readonly values: readonly MetricValues[] };
