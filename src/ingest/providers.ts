import { EventController } from './event.controller.js';
import { SiteDirectory } from './site-directory.js';
import { TrackEventResolver } from './track-event.resolver.js';
import { TrackEventsHandler } from './track-events.handler.js';
import { VisitorSalts } from './visitor-salts.js';

/** What a module needs to offer the doors; it also imports `CqrsModule` and provides EventLog, Workspace, Metrics. */
export const ingestControllers = [EventController];
export const ingestProviders = [TrackEventsHandler, SiteDirectory, VisitorSalts, TrackEventResolver];
