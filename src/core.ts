import type { Pool } from 'pg';
import type { Config } from '#config/config.js';
import type { EventLog } from '#event-log/event-log.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';
import type { Workspace } from '#workspace/state/workspace.js';

/** What main has opened before Nest starts; every room finds it by these tokens. */
export interface Core {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly log: EventLog;
  readonly workspace: Workspace;
}
