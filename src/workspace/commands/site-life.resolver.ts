import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, ID, Int, Mutation, Resolver } from '@nestjs/graphql';

import type { HasActor } from '#access/actors.js';
import { Needs } from '#access/needs.js';

import { GRACE_DAYS } from './decide-site-life.js';
import { REVISION, SettingChanged, settingChanged } from './setting-changed.js';
import type { SiteCommand } from './site-commands.js';
import {
  ArchiveSite,
  CancelSiteDeletion,
  ChangeOrigins,
  DeleteSite,
  RestoreSite,
  TransferSite,
} from './site-life-commands.js';

/** What becomes of a site as a whole. */
@Resolver()
export class SiteLifeResolver {
  constructor(private readonly commands: CommandBus) {}

  @Needs('settings.write')
  @Mutation(() => SettingChanged, {
    description:
      'From which pages the public keys of a site may send, such as "https://shop.example" or "https://*.shop.example"; none: from any.',
  })
  changeOrigins(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('origins', { type: () => [String] }) origins: string[],
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new ChangeOrigins(actor, siteId, origins, revision ?? undefined));
  }

  @Needs('sites.create')
  @Mutation(() => SettingChanged, {
    description: 'The site takes no more events and is not among `sites`; its figures can be read.',
  })
  archiveSite(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new ArchiveSite(actor, siteId, revision ?? undefined));
  }

  @Needs('sites.create')
  @Mutation(() => SettingChanged, { description: 'Brings a site back that was archived.' })
  restoreSite(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new RestoreSite(actor, siteId, revision ?? undefined));
  }

  @Needs('sites.delete')
  @Mutation(() => SettingChanged, {
    description:
      'After `graceDays` (0 to 90) the site is in no answer any more, takes no events, and its ID stays taken; until then ' +
      '`cancelSiteDeletion` brings it back. A date that was set stays as it is.',
  })
  deleteSite(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('graceDays', { type: () => Int, defaultValue: GRACE_DAYS }) graceDays: number,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new DeleteSite(actor, siteId, graceDays, revision ?? undefined));
  }

  @Needs('sites.delete')
  @Mutation(() => SettingChanged, { description: 'The site stays, as if it had never been to be deleted.' })
  cancelSiteDeletion(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new CancelSiteDeletion(actor, siteId, revision ?? undefined));
  }

  @Needs('sites.delete')
  @Mutation(() => SettingChanged, {
    description:
      'Gives a site, with all its past, to another organization in which you may create sites. Its public keys go with it; ' +
      'its secret keys are worth nothing from then on.',
  })
  transferSite(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('organizationId', { type: () => ID }) organizationId: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new TransferSite(actor, siteId, organizationId, revision ?? undefined));
  }

  private async change(command: SiteCommand): Promise<SettingChanged> {
    return settingChanged(command.siteId, await this.commands.execute(command));
  }
}
