import type { Type } from '@nestjs/common';

import { ChangeLimit } from './change-limit.js';
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
import { CreateKeyHandler, RevokeKeyHandler, RotateKeyHandler } from './key-commands.js';
import { KeySettings } from './key-settings.js';
import { KeysResolver } from './keys.resolver.js';
import { PreviewRuleHandler } from './preview-rule.js';
import { siteLifeHandlers } from './site-life-handlers.js';
import { SiteLifeResolver } from './site-life.resolver.js';
import { SiteRulesResolver } from './site-rules.resolver.js';
import { SiteSettings } from './site-settings.js';
import { SiteSettingsResolver } from './site-settings.resolver.js';

/** For a module that imports `CqrsModule` and has EventLog, Workspace, PreviewOrders, SiteHomes, TransferTargets and KeyUses. */
export const settingsProviders: Type[] = [
  ChangeLimit,
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
  ...siteLifeHandlers,
  CreateKeyHandler,
  RotateKeyHandler,
  RevokeKeyHandler,
  KeySettings,
  SiteSettingsResolver,
  SiteRulesResolver,
  SiteLifeResolver,
  KeysResolver,
];
