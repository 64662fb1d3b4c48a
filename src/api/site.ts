import { Args, Context, Field, ID, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { Needs } from '#access/needs.js';
import type { Snapshot } from '#database/snapshot.js';

import { AsOfInput } from './as-of/as-of-input.js';
import type { Past } from './as-of/past.js';
import { pastSite } from './as-of/past-site.js';
import { checkSiteId } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { allSites, findSite, type SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'How visitors are known again, of events that come in from now on.' })
export class VisitorSettings {
  @Field({
    description: 'persistent: by the ID that comes with an event, or the cookie; cookieless: for a day.',
  })
  identity: string;

  @Field({ description: 'Sec-GPC and DNT of browsers: honoured or ignored.' })
  signals: string;
}

@ObjectType()
export class Site implements SiteRow {
  @Field(() => ID)
  id: string;

  @Field(() => DateTimeScalar)
  createdAt: Date;

  @Field({ description: 'As people know it; the ID where nobody named it.' })
  name: string;

  @Field({ description: 'IANA name of the zone in which the days and hours of these figures begin.' })
  timeZone: string;

  @Field(() => Int, { description: 'Which settings these are; a change may ask that it is still this one.' })
  revision: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when it takes no events. Null: it does.',
  })
  archivedAt: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'From when on it is as if there were no such site. Null: it stays.',
  })
  deletesAt: Date | null;

  @Needs('settings.read')
  @Field(() => [String], { description: 'From which pages its public keys may send; none: from any.' })
  origins: readonly string[];

  @Needs('settings.read')
  @Field(() => VisitorSettings)
  visitors: VisitorSettings;

  /** Internal: never a field of the schema. */
  key: number;

  /** Internal too, as is all below. */
  partition: number;

  organizationId: string | null;

  servedRules: readonly unknown[];

  figuresRevision: number;

  past?: Past;
}

export class SitesQuestion extends Question<readonly SiteRow[]> {
  constructor(
    snapshot: Snapshot,
    readonly archived: boolean,
  ) {
    super(snapshot);
  }
}

@QueryHandler(SitesQuestion)
export class SitesHandler implements IQueryHandler<SitesQuestion> {
  execute({ snapshot, archived }: SitesQuestion): Promise<readonly SiteRow[]> {
    return allSites(snapshot, archived);
  }
}

export class SiteQuestion extends Question<SiteRow | undefined> {
  constructor(
    snapshot: Snapshot,
    readonly siteId: string,
  ) {
    super(snapshot);
  }
}

@QueryHandler(SiteQuestion)
export class SiteHandler implements IQueryHandler<SiteQuestion> {
  execute({ snapshot, siteId }: SiteQuestion): Promise<SiteRow | undefined> {
    return findSite(snapshot, siteId);
  }
}

@Resolver(() => Site)
export class SiteResolver {
  constructor(private readonly queries: QueryBus) {}

  @Needs('figures.read')
  @Query(() => [Site], { description: 'Every site, by ID; those that were archived only where asked for.' })
  sites(
    @Context() context: GraphqlContext,
    @Args('archived', { type: () => Boolean, nullable: true, description: 'Those that were, and no others.' })
    archived?: boolean | null,
  ): Promise<readonly SiteRow[]> {
    return this.queries.execute(new SitesQuestion(context.snapshot, archived ?? false));
  }

  @Needs('figures.read')
  @Query(() => Site, {
    nullable: true,
    description: 'Null where there is no such site, or its creation was not projected yet.',
  })
  async site(
    @Args('id', { type: () => ID }) id: string,
    @Args('asOf', {
      type: () => AsOfInput,
      nullable: true,
      description: 'Its figures as they were: the log up to there, under the settings of then.',
    })
    asOf: AsOfInput | null | undefined,
    @Context() context: GraphqlContext,
  ): Promise<SiteRow | undefined> {
    const site = await this.queries.execute(new SiteQuestion(context.snapshot, checkSiteId('id', id)));
    return site && asOf ? pastSite(context, site, asOf) : site;
  }
}
