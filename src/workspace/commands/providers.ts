import type { Type } from '@nestjs/common';

import {
  AddRuleHandler,
  ChangeTimeZoneHandler,
  ChangeVisitorPolicyHandler,
  CreateSiteHandler,
  DefineEventTypeHandler,
  RemoveRuleHandler,
  RenameSiteHandler,
  UndoRuleHandler,
} from './handlers.js';
import { PreviewRuleHandler } from './preview-rule.js';
import { SiteRulesResolver } from './site-rules.resolver.js';
import { SiteSettings } from './site-settings.js';
import { SiteSettingsResolver } from './site-settings.resolver.js';

/** For a module that imports `CqrsModule` and has EventLog, Workspace, PreviewOrders and SiteHomes. */
export const settingsProviders: Type[] = [
  SiteSettings,
  CreateSiteHandler,
  RenameSiteHandler,
  ChangeTimeZoneHandler,
  ChangeVisitorPolicyHandler,
  AddRuleHandler,
  RemoveRuleHandler,
  UndoRuleHandler,
  PreviewRuleHandler,
  DefineEventTypeHandler,
  SiteSettingsResolver,
  SiteRulesResolver,
];
