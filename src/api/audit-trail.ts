import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { Args, Context, Field, ID, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';

import { Needs } from '#access/needs.js';
import { settingChanges, type SettingChangeRow } from '#database/setting-changes.js';
import type { Snapshot } from '#database/snapshot.js';

import { badInput, checkSiteId } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { Question } from './question.js';
import { DateTimeScalar } from './scalars.js';

const MAX_FIRST = 200;

@ObjectType()
export class ChangedSetting {
  @Field()
  setting: string;

  @Field(() => String, { nullable: true, description: 'Null: there was none.' })
  before: string | null;

  @Field(() => String, { nullable: true, description: 'Null: there is none any more.' })
  after: string | null;
}

@ObjectType({ description: 'Who changed what, when, from what to what.' })
export class SettingChange implements SettingChangeRow {
  @Field(() => Int, { description: 'Of its event in the stream of settings: the revision that it made.' })
  sequence: number;

  @Field(() => DateTimeScalar)
  at: Date;

  @Field()
  actor: string;

  @Field({ description: 'The type of its event, such as SiteRenamed.' })
  action: string;

  @Field(() => ID, { nullable: true, description: 'Null for what concerns no single site.' })
  siteId: string | null;

  @Field(() => [ChangedSetting])
  settings: ChangedSetting[];
}

interface Asked {
  readonly site: string | undefined;
  readonly most: number;
  readonly before: number | undefined;
}

export class AuditTrailQuestion extends Question<readonly SettingChangeRow[]> {
  constructor(
    snapshot: Snapshot,
    readonly asked: Asked,
  ) {
    super(snapshot);
  }
}

@QueryHandler(AuditTrailQuestion)
export class AuditTrailHandler implements IQueryHandler<AuditTrailQuestion> {
  execute({ snapshot, asked }: AuditTrailQuestion): Promise<readonly SettingChangeRow[]> {
    return settingChanges(snapshot, { ...asked, tenant: snapshot.tenant });
  }
}

@Resolver()
export class AuditTrailResolver {
  constructor(private readonly queries: QueryBus) {}

  @Needs('audit.read')
  @Query(() => [SettingChange], {
    description: `Changes of settings, of one site or of all, newest first; those before a \`sequence\` for the next page. \`first\`: 1 to ${MAX_FIRST}.`,
  })
  async auditTrail(
    @Context() context: GraphqlContext,
    @Args('siteId', { type: () => ID, nullable: true }) siteId?: string | null,
    @Args('first', { type: () => Int, defaultValue: 50 }) first = 50,
    @Args('before', { type: () => Int, nullable: true }) before?: number | null,
  ): Promise<readonly SettingChangeRow[]> {
    if (first < 1 || first > MAX_FIRST) throw badInput(`first must be 1 to ${MAX_FIRST}`);
    const site = siteId == null ? undefined : checkSiteId('siteId', siteId);
    const asked = { site, most: first, before: before ?? undefined };
    return this.queries.execute(new AuditTrailQuestion(context.snapshot, asked));
  }
}
