import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Pool } from 'pg';
import type { Config } from '#config/config.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import { PG_POOL } from '#database/pool.js';
import { EventLog } from '#event-log/event-log.js';
import { projections } from '#projections/index.js';
import type { Logger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { Projector } from './projector.js';
import { WorkspaceProjector } from './workspace-projector.js';

/** Runs the projector for as long as the application lives. */
@Injectable()
export class ProjectorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly projector: Projector;
  private readonly workspace: WorkspaceProjector;

  constructor(
    @Inject(PG_POOL) pool: Pool,
    @Inject(LOGGER) logger: Logger,
    @Inject(CONFIG) { rebuildShare, verifyEvery }: Config,
    log: EventLog,
    metrics: Metrics,
  ) {
    const url = pool.options.connectionString;
    if (url === undefined) throw new Error('the pool was made without a URL');
    const limits = { verifyEveryMs: verifyEvery ?? Infinity };
    this.projector = new Projector({ url, pool, log, projections, logger, metrics, rebuildShare, limits });
    this.workspace = new WorkspaceProjector(pool, log, logger);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.projector.start();
    await this.workspace.start();
  }

  /** While the servers still run: the batch in hand is committed and the leases are given back. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.projector.stop(), this.workspace.stop()]);
  }
}
