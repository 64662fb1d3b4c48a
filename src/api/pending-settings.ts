import { Context, Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { Needs } from '#access/needs.js';
import { pendingReprojection } from '#database/pending-reprojection.js';
import type { Snapshot } from '#database/snapshot.js';
import type { SiteRule as Rule } from '#workspace/state/site-rule.js';

import type { GraphqlContext } from './context.js';
import type { SiteRow } from './find-site.js';
import { answerOf, Job, type JobAnswer } from './jobs.js';
import { Question } from './question.js';
import { Site } from './site.js';
import { knownRules, SiteRule } from './site-rule.js';

@ObjectType({
  description: 'Settings that the figures of a site are being made with anew, beside those that are served.',
})
export class PendingSettings {
  @Field(() => Int)
  revision: number;

  @Field()
  timeZone: string;

  @Field(() => [SiteRule])
  rules: readonly Rule[];

  @Field(() => Job, {
    description:
      'How far it is. Where it failed, what is served stays until the next change, or a restart of a projector.',
  })
  job: JobAnswer;
}

export class PendingSettingsQuestion extends Question<PendingSettings | null> {
  constructor(
    snapshot: Snapshot,
    readonly siteId: string,
  ) {
    super(snapshot);
  }
}

@QueryHandler(PendingSettingsQuestion)
export class PendingSettingsHandler implements IQueryHandler<PendingSettingsQuestion> {
  async execute({ snapshot, siteId }: PendingSettingsQuestion): Promise<PendingSettings | null> {
    const job = await pendingReprojection(snapshot, siteId);
    if (!job) return null;
    const { revision, timeZone, rules = [] } = job.arguments;
    return { revision, timeZone, rules: knownRules(rules), job: answerOf(job) };
  }
}

@Resolver(() => Site)
export class PendingSettingsResolver {
  constructor(private readonly queries: QueryBus) {}

  @Needs('settings.read')
  @ResolveField(() => PendingSettings, {
    nullable: true,
    description: 'Null where the figures are made with all settings of the site.',
  })
  pendingSettings(
    @Parent() { id }: SiteRow,
    @Context() { snapshot }: GraphqlContext,
  ): Promise<PendingSettings | null> {
    return this.queries.execute(new PendingSettingsQuestion(snapshot, id));
  }
}
