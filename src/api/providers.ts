import type { Provider, Type } from '@nestjs/common';

import { AsOfResolver } from './as-of/as-of.js';
import { DifferenceHandler, DifferenceResolver } from './as-of/difference.js';
import { AsOfPlugin } from './as-of/as-of-plugin.js';
import { OwnPlaces } from './as-of/own-places.js';
import { PastReads } from './as-of/past-reads.js';
import { PastWatch } from './as-of/past-watch.js';
import { AudienceHandler, AudienceResolver } from './audience.js';
import { AuditTrailHandler, AuditTrailResolver } from './audit-trail.js';
import { CheckpointWatch } from './checkpoint-watch.js';
import { CoverageHandler, CoverageResolver } from './coverage.js';
import { DailyStatsHandler, DailyStatsResolver } from './daily-stats.js';
import { DeadLetterOrdersResolver } from './dead-letter-orders.js';
import { DeadLettersHandler, DeadLettersResolver } from './dead-letters.js';
import { EventFeedResolver } from './event-feed.js';
import { EventStatusHandler, EventStatusResolver } from './event-status.js';
import { EventTypesHandler, EventTypesResolver } from './event-types.js';
import { ExplainHandler, ExplainResolver } from './explain.js';
import { GenerationOrdersResolver } from './generation-orders.js';
import { HourlyStatsHandler, HourlyStatsResolver } from './hourly-stats.js';
import { JobHandler, JobResolver } from './jobs.js';
import { JobListResolver, JobsHandler } from './job-list.js';
import { PendingSettingsHandler, PendingSettingsResolver } from './pending-settings.js';
import { ProjectionComparisonResolver } from './projection-comparison.js';
import { ProjectorWatch } from './projector-watch.js';
import { ProjectionsHandler, ProjectionsResolver } from './projections.js';
import { SeenEventTypesHandler, SeenEventTypesResolver } from './seen-event-types.js';
import { ShareLinksResolver } from './share-links/share-links.js';
import { SiteChangedResolver } from './site-changed.js';
import { SiteHandler, SiteResolver, SitesHandler } from './site.js';
import { RulePreviewResolver } from './rule-preview.js';
import { ServedRulesResolver, SiteRuleResolver } from './site-rule.js';
import { SiteWatch } from './site-watch.js';
import { StatsController } from './stats.controller.js';
import { Subscriptions } from './subscriptions.js';
import { SystemHandler, SystemResolver } from './system.js';
import { TopPathsHandler, TopPathsResolver } from './top-paths.js';
import { TotalsHandler, TotalsResolver } from './totals.js';
import { UniqueVisitorsHandler, UniqueVisitorsResolver } from './unique-visitors.js';
import { VerificationHandler, VerificationResolver } from './verify.js';
import { WaitForPlugin } from './wait-for.js';

/** One for each question of the schema, and for operators' orders; the other mutations belong to other rooms. */
export const resolvers: readonly Type[] = [
  AsOfResolver,
  DifferenceResolver,
  AudienceResolver,
  AuditTrailResolver,
  CoverageResolver,
  DailyStatsResolver,
  DeadLetterOrdersResolver,
  DeadLettersResolver,
  EventFeedResolver,
  EventStatusResolver,
  EventTypesResolver,
  ExplainResolver,
  GenerationOrdersResolver,
  HourlyStatsResolver,
  JobListResolver,
  JobResolver,
  PendingSettingsResolver,
  ProjectionComparisonResolver,
  ProjectionsResolver,
  RulePreviewResolver,
  SeenEventTypesResolver,
  ServedRulesResolver,
  ShareLinksResolver,
  SiteChangedResolver,
  SiteResolver,
  SiteRuleResolver,
  SystemResolver,
  TopPathsResolver,
  TotalsResolver,
  UniqueVisitorsResolver,
  VerificationResolver,
];

const handlers: readonly Type[] = [
  AudienceHandler,
  AuditTrailHandler,
  DifferenceHandler,
  CoverageHandler,
  DailyStatsHandler,
  DeadLettersHandler,
  EventStatusHandler,
  EventTypesHandler,
  ExplainHandler,
  HourlyStatsHandler,
  JobHandler,
  JobsHandler,
  PendingSettingsHandler,
  ProjectionsHandler,
  SeenEventTypesHandler,
  SiteHandler,
  SitesHandler,
  SystemHandler,
  TopPathsHandler,
  TotalsHandler,
  UniqueVisitorsHandler,
  VerificationHandler,
];

/**
 * What the API role adds to a module that imports `graphqlModule()` and `CqrsModule`. It needs ChangeFeed, LogHeads,
 * LogEvents, LogPlaces and EventFeed (ports.ts), Workspace, SettingsHistory, and CONFIG, LOGGER, PG_POOL and READ_POOL from a global module.
 */
export const apiProviders: Provider[] = [
  ...resolvers,
  ...handlers,
  AsOfPlugin,
  CheckpointWatch,
  OwnPlaces,
  PastReads,
  PastWatch,
  ProjectorWatch,
  SiteWatch,
  Subscriptions,
  WaitForPlugin,
];

export const apiControllers: Type[] = [StatsController];
