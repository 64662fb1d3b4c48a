import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { organizationOf } from '#access/actor.js';
import { EventLog } from '#event-log/event-log.js';
import { partitionFor } from '#workspace/state/partition-for.js';
import { Workspace } from '#workspace/state/workspace.js';

import { decideAddRule, decideRemoveRule, decideUndoRule } from './decide-rule.js';
import {
  decideCreate,
  decideDefineEventType,
  decideRename,
  decideTimeZone,
  decideVisitorPolicy,
  tooMany,
} from './decide-site.js';
import {
  AddRule,
  ChangeTimeZone,
  ChangeVisitorPolicy,
  CreateSite,
  DefineEventType,
  RemoveRule,
  RenameSite,
  UndoRule,
} from './site-commands.js';
import type { SettingOutcome } from './setting-outcome.js';
import { SiteSettings } from './site-settings.js';

const MOST_SITES = 1_000;

@CommandHandler(CreateSite)
export class CreateSiteHandler implements ICommandHandler<CreateSite> {
  constructor(
    private readonly settings: SiteSettings,
    private readonly log: EventLog,
    private readonly workspace: Workspace,
  ) {}

  async execute(command: CreateSite): Promise<SettingOutcome> {
    const partition = partitionFor(command.siteId, this.workspace.partitions || this.log.partitions);
    const { siteId, name, actor } = command;
    if (actor.kind === 'key' && actor.siteId !== undefined)
      return { refused: 'invalid', message: 'a key that is bound to a site creates no other one' };
    const organizationId = organizationOf(actor);
    const own = this.workspace.sites().filter((site) => site.organizationId === organizationId);
    if (organizationId !== undefined && own.length >= MOST_SITES)
      return tooMany(MOST_SITES, 'sites in an organization');
    const given = { siteId, name, organizationId };
    return this.settings.change(command, (site, asked) => decideCreate(site, given, partition, asked), {
      creates: true,
    });
  }
}

@CommandHandler(RenameSite)
export class RenameSiteHandler implements ICommandHandler<RenameSite> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: RenameSite): Promise<SettingOutcome> {
    return this.settings.change(command, (site, asked) => decideRename(site, command.name, asked));
  }
}

@CommandHandler(ChangeTimeZone)
export class ChangeTimeZoneHandler implements ICommandHandler<ChangeTimeZone> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: ChangeTimeZone): Promise<SettingOutcome> {
    return this.settings.change(command, (site, asked) => decideTimeZone(site, command.timeZone, asked));
  }
}

@CommandHandler(ChangeVisitorPolicy)
export class ChangeVisitorPolicyHandler implements ICommandHandler<ChangeVisitorPolicy> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: ChangeVisitorPolicy): Promise<SettingOutcome> {
    return this.settings.change(command, (site, asked) => decideVisitorPolicy(site, command.given, asked));
  }
}

@CommandHandler(DefineEventType)
export class DefineEventTypeHandler implements ICommandHandler<DefineEventType> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: DefineEventType): Promise<SettingOutcome> {
    return this.settings.change(command, (site, asked) => decideDefineEventType(site, command.given, asked));
  }
}

@CommandHandler(AddRule)
export class AddRuleHandler implements ICommandHandler<AddRule> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: AddRule): Promise<SettingOutcome> {
    const { rule, newId } = command;
    return this.settings.change(command, (site, asked) => decideAddRule(site, rule, newId, asked));
  }
}

@CommandHandler(RemoveRule)
export class RemoveRuleHandler implements ICommandHandler<RemoveRule> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: RemoveRule): Promise<SettingOutcome> {
    return this.settings.change(command, (site, asked) => decideRemoveRule(site, command.ruleId, asked));
  }
}

@CommandHandler(UndoRule)
export class UndoRuleHandler implements ICommandHandler<UndoRule> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: UndoRule): Promise<SettingOutcome> {
    return this.settings.change(command, (site, asked) => decideUndoRule(site, command.ruleId, asked));
  }
}
