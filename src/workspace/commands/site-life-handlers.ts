import type { Type } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import {
  decideArchive,
  decideCancelDeletion,
  decideDelete,
  decideOrigins,
  decideRestore,
  decideTransfer,
} from './decide-site-life.js';
import type { SettingOutcome } from './setting-outcome.js';
import {
  ArchiveSite,
  CancelSiteDeletion,
  ChangeOrigins,
  DeleteSite,
  RestoreSite,
  TransferSite,
} from './site-life-commands.js';
import { SiteSettings } from './site-settings.js';
import { TransferTargets } from './transfer-targets.js';

@CommandHandler(ChangeOrigins)
class ChangeOriginsHandler implements ICommandHandler<ChangeOrigins> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: ChangeOrigins): Promise<SettingOutcome> {
    return this.settings.change(command, (site, asked) => decideOrigins(site, command.origins, asked));
  }
}

@CommandHandler(ArchiveSite)
class ArchiveSiteHandler implements ICommandHandler<ArchiveSite> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: ArchiveSite): Promise<SettingOutcome> {
    return this.settings.change(command, decideArchive);
  }
}

@CommandHandler(RestoreSite)
class RestoreSiteHandler implements ICommandHandler<RestoreSite> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: RestoreSite): Promise<SettingOutcome> {
    return this.settings.change(command, decideRestore);
  }
}

@CommandHandler(DeleteSite)
class DeleteSiteHandler implements ICommandHandler<DeleteSite> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: DeleteSite): Promise<SettingOutcome> {
    return this.settings.change(command, (site, asked) => decideDelete(site, command.graceDays, asked));
  }
}

@CommandHandler(CancelSiteDeletion)
class CancelSiteDeletionHandler implements ICommandHandler<CancelSiteDeletion> {
  constructor(private readonly settings: SiteSettings) {}

  execute(command: CancelSiteDeletion): Promise<SettingOutcome> {
    return this.settings.change(command, decideCancelDeletion);
  }
}

@CommandHandler(TransferSite)
class TransferSiteHandler implements ICommandHandler<TransferSite> {
  constructor(
    private readonly settings: SiteSettings,
    private readonly targets: TransferTargets,
  ) {}

  async execute(command: TransferSite): Promise<SettingOutcome> {
    const { actor, organizationId } = command;
    const accepted = await this.targets.accepts(actor, organizationId);
    return this.settings.change(command, (site, asked) =>
      decideTransfer(site, organizationId, accepted, asked),
    );
  }
}

export const siteLifeHandlers: readonly Type[] = [
  ChangeOriginsHandler,
  ArchiveSiteHandler,
  RestoreSiteHandler,
  DeleteSiteHandler,
  CancelSiteDeletionHandler,
  TransferSiteHandler,
];
