import { CommandBus } from '@nestjs/cqrs';
import { Args, Field, ID, Int, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';

import {
  ChangeTimeZone,
  CreateSite,
  DefineEventType,
  RenameSite,
  type SiteCommand,
} from './site-commands.js';
import type { Changed, SettingOutcome } from './setting-outcome.js';

@ObjectType({ description: 'Of a change of settings: the log has it on disk.' })
export class SettingChanged implements Changed {
  @Field({ description: 'False where the settings were as wanted already.' })
  changed: boolean;

  @Field(() => Int, {
    description: 'Which settings the site has now; a change may ask that it is still this one.',
  })
  revision: number;

  @Field({ description: 'A query with `@waitFor(receipt: …)` includes the change.' })
  receipt: string;
}

const REVISION = { type: () => Int, nullable: true } as const;

/** A site's settings. Each is a command, decided on what the workspace's stream holds. */
@Resolver()
export class SiteSettingsResolver {
  constructor(private readonly commands: CommandBus) {}

  @Mutation(() => SettingChanged, {
    description: 'A site before its first event, which would create it just so. `name`: as people know it.',
  })
  createSite(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('name', { type: () => String, nullable: true }) name?: string | null,
  ): Promise<SettingChanged> {
    return this.change(new CreateSite(siteId, name ?? undefined));
  }

  @Mutation(() => SettingChanged, {
    description:
      'The name that people know a site by; its ID stays. CONFLICT where `revision` is another by now.',
  })
  renameSite(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('name') name: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new RenameSite(siteId, name, revision ?? undefined));
  }

  @Mutation(() => SettingChanged, {
    description:
      'The zone in which the days and hours of a site begin, for its past too: a query that waits for the receipt has them.',
  })
  changeTimeZone(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('timeZone', { description: 'An IANA name, such as "Europe/Vienna".' }) timeZone: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new ChangeTimeZone(siteId, timeZone, revision ?? undefined));
  }

  @Mutation(() => SettingChanged, {
    description:
      'What an event type means, for whoever reads its figures; an empty description takes that back.',
  })
  defineEventType(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('eventType') eventType: string,
    @Args('description') description: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new DefineEventType(siteId, eventType, description, revision ?? undefined));
  }

  private async change(command: SiteCommand): Promise<SettingChanged> {
    const outcome = await this.commands.execute(command);
    if ('changed' in outcome) return { ...outcome, receipt: `workspace:${outcome.revision}` };
    throw refusal(outcome);
  }
}

function refusal(outcome: Exclude<SettingOutcome, Changed>): GraphQLError {
  if ('conflict' in outcome) {
    return new GraphQLError(
      `the site was changed meanwhile, to revision ${outcome.revision}; nothing was changed by this: look and ask again`,
      { extensions: { code: 'CONFLICT', revision: outcome.revision } },
    );
  }
  if ('refused' in outcome) {
    const code = outcome.refused === 'unknown_site' ? 'NOT_FOUND' : 'BAD_USER_INPUT';
    return new GraphQLError(outcome.message, { extensions: { code, reason: outcome.refused } });
  }
  return new GraphQLError('the log cannot be written now; look whether the change is there, then ask again', {
    extensions: { code: 'LOG_UNAVAILABLE', reason: outcome.unavailable },
  });
}
