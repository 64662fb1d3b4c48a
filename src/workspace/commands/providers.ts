import type { Type } from '@nestjs/common';

import {
  ChangeTimeZoneHandler,
  CreateSiteHandler,
  DefineEventTypeHandler,
  RenameSiteHandler,
} from './handlers.js';
import { SiteSettings } from './site-settings.js';
import { SiteSettingsResolver } from './site-settings.resolver.js';

/** For a module that imports `CqrsModule` and has EventLog and Workspace. */
export const settingsProviders: Type[] = [
  SiteSettings,
  CreateSiteHandler,
  RenameSiteHandler,
  ChangeTimeZoneHandler,
  DefineEventTypeHandler,
  SiteSettingsResolver,
];
