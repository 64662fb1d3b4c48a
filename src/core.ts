import type { Pool } from 'pg';
import type { Config } from '#config/config.js';
import type { StartupError } from '#config/startup-error.js';
import type { EventLog } from '#event-log/event-log.js';
import type { ProjectorThreads } from '#projector/threads/projector-threads.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';
import type { SettingsHistory } from '#workspace/state/settings-history.js';
import type { Workspace } from '#workspace/state/workspace.js';

/** What main has opened before Nest starts; every room finds it by these tokens. */
export interface Core {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly pool: Pool;
  /** Of the tables' owner; role `api` has none. */
  readonly ownerPool: Pool | undefined;
  /** Of `pool`'s server; it holds a password. */
  readonly databaseUrl: string;
  /** Questions are answered from it: `pool`, or a replica's. */
  readonly reads: Pool;
  /** Told of what cannot be kept running; the process ends then. */
  readonly onGivenUp: (error: StartupError) => void;
  readonly log: EventLog;
  readonly workspace: Workspace;
  /** None of role `api`. */
  readonly threads: ProjectorThreads | undefined;
  readonly settingsHistory: SettingsHistory;
}
