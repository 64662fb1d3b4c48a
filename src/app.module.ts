import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ChangeFeed, LogEvents, LogHeads } from '#api/ports.js';
import { apiControllers, apiProviders } from '#api/providers.js';
import { graphqlModule } from '#api/graphql.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import { PG_POOL } from '#database/pool.js';
import { EventLog } from '#event-log/event-log.js';
import { ingestControllers, ingestProviders } from '#ingest/providers.js';
import { ProjectorService } from '#projector/projector.service.js';
import { HEALTH_CHECKS, HealthController } from '#telemetry/health.js';
import { Metrics } from '#telemetry/metrics.js';
import { settingsProviders } from '#workspace/commands/providers.js';
import { Workspace } from '#workspace/state/workspace.js';

import type { Core } from './core.js';
import { healthChecks } from './health-checks.js';
import { LogEventsFromLog } from './log-events.js';
import { LogChangeFeed, LogHeadsFromLog } from './log-ports.js';

@Global()
@Module({})
class CoreModule {
  static with(core: Core): DynamicModule {
    const providers: Provider[] = [
      { provide: CONFIG, useValue: core.config },
      { provide: LOGGER, useValue: core.logger },
      { provide: PG_POOL, useValue: core.pool },
      { provide: EventLog, useValue: core.log },
      { provide: Metrics, useValue: core.metrics },
      { provide: Workspace, useValue: core.workspace },
      { provide: HEALTH_CHECKS, useValue: healthChecks(core) },
    ];
    return { module: CoreModule, controllers: [HealthController], providers, exports: providers };
  }
}

/** The doors that events come in by, and the questions. */
@Module({
  imports: [CqrsModule.forRoot(), graphqlModule()],
  controllers: [...ingestControllers, ...apiControllers],
  providers: [
    ...ingestProviders,
    ...apiProviders,
    ...settingsProviders,
    { provide: ChangeFeed, useClass: LogChangeFeed },
    { provide: LogHeads, useClass: LogHeadsFromLog },
    { provide: LogEvents, useClass: LogEventsFromLog },
  ],
})
export class ApiModule {}

/** Folds the log into the read models. */
@Module({ providers: [ProjectorService] })
export class ProjectorModule {}

@Module({})
export class AppModule {
  static for(core: Core): DynamicModule {
    const { role } = core.config;
    return {
      module: AppModule,
      imports: [
        CoreModule.with(core),
        ...(role === 'projector' ? [] : [ApiModule]),
        ...(role === 'api' ? [] : [ProjectorModule]),
      ],
    };
  }
}
