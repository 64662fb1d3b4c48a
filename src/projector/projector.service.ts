import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Pool } from 'pg';
import type { Config } from '#config/config.js';
import { StartupError } from '#config/startup-error.js';
import { CONFIG, LOGGER, ON_GIVEN_UP } from '#config/tokens.js';
import { OWNER_POOL } from '#database/pool.js';
import { EventLog } from '#event-log/event-log.js';
import type { Logger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { paidTogether } from './build-throttle.js';
import { ProjectorThreads } from './threads/projector-threads.js';
import { WorkspaceProjector } from './workspace-projector.js';

/** Runs the projectors for as long as the application lives. */
@Injectable()
export class ProjectorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly workspace: WorkspaceProjector;

  constructor(
    @Inject(OWNER_POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(ON_GIVEN_UP) private readonly onGivenUp: (error: StartupError) => void,
    private readonly log: EventLog,
    private readonly metrics: Metrics,
    private readonly threads: ProjectorThreads,
  ) {
    this.workspace = new WorkspaceProjector(pool, log, logger);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { config, log, logger, metrics, pool, threads } = this;
    const databaseUrl = pool.options.connectionString;
    if (databaseUrl === undefined) throw new Error('the pool was made without a URL');
    const settings = {
      databaseUrl,
      natsUrl: log.url,
      durability: log.durability,
      partitions: log.partitions,
      logLevel: config.logLevel,
      rebuildShare: config.rebuildShare,
      threads: config.projectors,
      paid: paidTogether(),
      verifyEveryMs: config.verifyEvery ?? Infinity,
    };
    await threads.start(settings, logger, (error) => {
      logger.fatal({ err: error }, 'a projector failed');
      this.onGivenUp(new StartupError('A projector failed because of a fault of its own; start again.'));
    });
    metrics.others = () => threads.metrics();
    await this.workspace.start();
  }

  /** While the servers still run: the batches in hand are committed and the leases are given back. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.threads.stop(), this.workspace.stop()]);
  }
}
