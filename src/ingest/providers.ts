import { Countries } from './countries.js';
import { PixelController } from './dialects/pixel.js';
import { PosthogController } from './dialects/posthog/controller.js';
import { SegmentController } from './dialects/segment/controller.js';
import { UmamiController } from './dialects/umami/controller.js';
import { WebhookController } from './dialects/webhook.js';
import { EventController } from './event.controller.js';
import { KeyCheck } from './keys/key-check.js';
import { RateLimits } from './rate-limits/rate-limits.js';
import { RecentRefusals } from './recent-refusals.js';
import { RefusedController } from './refused.controller.js';
import { SiteDirectory } from './site-directory.js';
import { TrackEventResolver } from './track-event.resolver.js';
import { TrackEventsHandler } from './track-events.handler.js';
import { VisitorSalts } from './visitor-salts.js';

/** What a module needs to offer the doors; it also imports `CqrsModule` and provides EventLog, Workspace, Metrics, KeyUseCounts. */
export const ingestControllers = [
  EventController,
  SegmentController,
  PosthogController,
  UmamiController,
  WebhookController,
  PixelController,
  RefusedController,
];
export const ingestProviders = [
  TrackEventsHandler,
  KeyCheck,
  RateLimits,
  RecentRefusals,
  SiteDirectory,
  VisitorSalts,
  Countries,
  TrackEventResolver,
];
