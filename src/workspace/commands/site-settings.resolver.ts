import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, ID, Mutation, Resolver } from '@nestjs/graphql';

import type { HasActor } from '#access/actors.js';
import { Needs } from '#access/needs.js';

import { newSiteId } from './new-site-id.js';
import { PropertyDefinitionInput } from './property-definition.input.js';
import { REVISION, SettingChanged, settingChanged } from './setting-changed.js';
import {
  ChangeTimeZone,
  ChangeVisitorPolicy,
  CreateSite,
  DefineEventType,
  RenameSite,
  type SiteCommand,
} from './site-commands.js';

/** A site's settings. Each is a command, decided on what the workspace's stream holds. */
@Resolver()
export class SiteSettingsResolver {
  constructor(private readonly commands: CommandBus) {}

  @Needs('sites.create')
  @Mutation(() => SettingChanged, {
    description:
      'A new site, of the organization of who asks. `siteId`: 1 to 64 letters, digits, hyphens and underscores; without one it ' +
      'gets a short random one. One that is taken, by whomever, is refused. `name`: as people know it.',
  })
  createSite(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID, nullable: true }) siteId?: string | null,
    @Args('name', { type: () => String, nullable: true }) name?: string | null,
  ): Promise<SettingChanged> {
    return this.change(new CreateSite(actor, siteId ?? newSiteId(), name ?? undefined));
  }

  @Needs('settings.write')
  @Mutation(() => SettingChanged, {
    description:
      'The name that people know a site by; its ID stays. CONFLICT where `revision` is another by now.',
  })
  renameSite(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('name') name: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new RenameSite(actor, siteId, name, revision ?? undefined));
  }

  @Needs('settings.write')
  @Mutation(() => SettingChanged, {
    description:
      'The zone in which the days and hours of a site begin, for its past too: a query that waits for the receipt has them.',
  })
  changeTimeZone(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('timeZone', { description: 'An IANA name, such as "Europe/Vienna".' }) timeZone: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new ChangeTimeZone(actor, siteId, timeZone, revision ?? undefined));
  }

  @Needs('settings.write')
  @Mutation(() => SettingChanged, {
    description:
      'What an event type means, for whoever reads its figures, and what its events carry. An empty description and an ' +
      'empty list take that back; what is not given stays as it is.',
  })
  defineEventType(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('eventType') eventType: string,
    @Args('description') description: string,
    @Args('properties', { type: () => [PropertyDefinitionInput], nullable: true })
    properties?: PropertyDefinitionInput[] | null,
    @Args('strict', {
      type: () => Boolean,
      nullable: true,
      description:
        'Refuse events that carry something else, with the reason; else they are stored with a warning.',
    })
    strict?: boolean | null,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    const given = {
      eventType,
      description,
      properties: properties ?? undefined,
      strict: strict ?? undefined,
    };
    return this.change(new DefineEventType(actor, siteId, given, revision ?? undefined));
  }

  @Needs('settings.write')
  @Mutation(() => SettingChanged, {
    description:
      'How visitors are known again, of events that come in from now on; what is not given stays as it is. ' +
      '`identity`: persistent or cookieless. `signals` (Sec-GPC, DNT): honoured or ignored.',
  })
  changeVisitorPolicy(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('identity', { type: () => String, nullable: true }) identity?: string | null,
    @Args('signals', { type: () => String, nullable: true }) signals?: string | null,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    const given = { identity: identity ?? undefined, signals: signals ?? undefined };
    return this.change(new ChangeVisitorPolicy(actor, siteId, given, revision ?? undefined));
  }

  private async change(command: SiteCommand): Promise<SettingChanged> {
    return settingChanged(command.siteId, await this.commands.execute(command));
  }
}
