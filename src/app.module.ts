import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { accountProviders, sessionProviders } from '#accounts/providers.js';
import { UnownedSites } from '#accounts/unowned-sites.js';
import { Actors } from '#access/actors.js';
import { ChangeFeed, EventFeed, LogEvents, LogHeads, LogPlaces } from '#api/ports.js';
import { apiControllers, apiProviders } from '#api/providers.js';
import { LinkActors } from '#api/share-links/link-actors.js';
import { graphqlModule } from '#api/graphql.js';
import { CONFIG, LOGGER, ON_GIVEN_UP } from '#config/tokens.js';
import { DATABASE_URL, OWNER_POOL, PG_POOL, READ_POOL } from '#database/pool.js';
import { EventLog } from '#event-log/event-log.js';
import { KeyUseCounts } from '#ingest/keys/key-use-counts.js';
import { KeyUseStore } from '#ingest/keys/key-use-store.js';
import { SharedCounts } from '#ingest/rate-limits/shared-counts.js';
import { ingestControllers, ingestProviders } from '#ingest/providers.js';
import { ProjectorThreads } from '#projector/threads/projector-threads.js';
import { ProjectorService } from '#projector/projector.service.js';
import { HEALTH_CHECKS, HealthController } from '#telemetry/health.js';
import { Metrics } from '#telemetry/metrics.js';
import { PreviewOrders } from '#workspace/commands/preview-orders.js';
import { KeyUses } from '#workspace/commands/key-uses.js';
import { SiteHomes } from '#workspace/commands/site-homes.js';
import { TransferTargets } from '#workspace/commands/transfer-targets.js';
import { settingsProviders } from '#workspace/commands/providers.js';
import { SettingsHistory } from '#workspace/state/settings-history.js';
import { Workspace } from '#workspace/state/workspace.js';

import { ActorsOfRequests } from './actors-of-requests.js';
import type { Core } from './core.js';
import { EventFeedFromLog } from './feed-from-log.js';
import { healthChecks } from './health-checks.js';
import { KeyUsesInPostgres } from './key-uses.js';
import { LogEventsFromLog } from './log-events.js';
import { LogPlacesFromLog } from './log-places.js';
import { LogChangeFeed, LogHeadsFromLog } from './log-ports.js';
import { PreviewOrdersAsJobs } from './preview-orders.js';
import { SharedCountsInPostgres } from './rate-counts.js';
import { SiteHomesAsProjected } from './site-homes.js';
import { UnownedSitesOfWorkspace } from './unowned-sites.js';
import { TransferTargetsByMembers } from './transfer-targets.js';

@Global()
@Module({})
class CoreModule {
  static with(core: Core): DynamicModule {
    const providers: Provider[] = [
      { provide: CONFIG, useValue: core.config },
      { provide: LOGGER, useValue: core.logger },
      { provide: ProjectorThreads, useValue: core.threads },
      { provide: ON_GIVEN_UP, useValue: core.onGivenUp },
      LinkActors,
      { provide: Actors, useClass: ActorsOfRequests },
      KeyUseCounts,
      { provide: KeyUseStore, useClass: KeyUsesInPostgres },
      ...sessionProviders,
      { provide: PG_POOL, useValue: core.pool },
      { provide: OWNER_POOL, useValue: core.ownerPool },
      { provide: DATABASE_URL, useValue: core.databaseUrl },
      { provide: READ_POOL, useValue: core.reads },
      { provide: EventLog, useValue: core.log },
      { provide: Metrics, useValue: core.metrics },
      { provide: Workspace, useValue: core.workspace },
      { provide: SettingsHistory, useValue: core.settingsHistory },
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
    ...accountProviders,
    { provide: UnownedSites, useClass: UnownedSitesOfWorkspace },
    { provide: ChangeFeed, useClass: LogChangeFeed },
    { provide: EventFeed, useClass: EventFeedFromLog },
    { provide: LogHeads, useClass: LogHeadsFromLog },
    { provide: LogEvents, useClass: LogEventsFromLog },
    { provide: LogPlaces, useClass: LogPlacesFromLog },
    { provide: PreviewOrders, useClass: PreviewOrdersAsJobs },
    { provide: SharedCounts, useClass: SharedCountsInPostgres },
    { provide: SiteHomes, useClass: SiteHomesAsProjected },
    { provide: KeyUses, useClass: KeyUsesInPostgres },
    { provide: TransferTargets, useClass: TransferTargetsByMembers },
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
