import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Field, ID, Int, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';

import type { HasActor } from '#access/actors.js';
import { Needs } from '#access/needs.js';

import { PreviewRule } from './preview-rule.js';
import { refusal, REVISION, SettingChanged, settingChanged } from './setting-changed.js';
import { AddRule, RemoveRule, UndoRule, type SiteCommand } from './site-commands.js';
import { SiteRuleInputType } from './site-rule.input.js';

@ObjectType()
export class PreviewOrdered {
  @Field(() => Int, { description: '`job(id)` says how far it is and, under `preview`, what it found.' })
  jobId: number;
}

/** What is left out of a site's figures, and which of its paths are one page, for its past too. */
@Resolver()
export class SiteRulesResolver {
  constructor(private readonly commands: CommandBus) {}

  @Needs('settings.write')
  @Mutation(() => SettingChanged, {
    description:
      'Applies a rule to all figures of a site, past and future: a query that waits for the receipt has them.',
  })
  addRule(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('rule', { type: () => SiteRuleInputType }) rule: SiteRuleInputType,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new AddRule(actor, siteId, rule, revision ?? undefined));
  }

  @Needs('settings.write')
  @Mutation(() => SettingChanged, {
    description: 'The figures are then as if the rule had never been there.',
  })
  removeRule(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('ruleId', { type: () => ID }) ruleId: string,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new RemoveRule(actor, siteId, ruleId, revision ?? undefined));
  }

  @Needs('settings.write')
  @Mutation(() => SettingChanged, {
    description:
      'Takes back the last change of the rules of a site, or the last one of `ruleId`: a rule that was added is removed, one that was removed is added again.',
  })
  undoRule(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('ruleId', { type: () => ID, nullable: true }) ruleId?: string | null,
    @Args('revision', REVISION) revision?: number | null,
  ): Promise<SettingChanged> {
    return this.change(new UndoRule(actor, siteId, ruleId ?? undefined, revision ?? undefined));
  }

  @Needs('settings.write')
  @Mutation(() => PreviewOrdered, {
    description:
      'Counts what the figures of a site would be with a further `rule`, or without the rule `remove`; nothing that is served changes.',
  })
  async previewRule(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('rule', { type: () => SiteRuleInputType, nullable: true }) rule?: SiteRuleInputType | null,
    @Args('remove', { type: () => ID, nullable: true }) remove?: string | null,
  ): Promise<PreviewOrdered> {
    if ((rule == null) === (remove == null)) {
      throw new GraphQLError('rule must be given, or remove with the ID of a rule, and not both', {
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    const change = rule == null ? { remove: remove ?? '' } : { add: rule };
    const outcome = await this.commands.execute(new PreviewRule(actor, siteId, change));
    if ('jobId' in outcome) return outcome;
    throw refusal(outcome);
  }

  private async change(command: SiteCommand): Promise<SettingChanged> {
    return settingChanged(command.siteId, await this.commands.execute(command));
  }
}
