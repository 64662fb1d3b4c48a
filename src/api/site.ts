import { Args, Context, Field, ID, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

import { checkSiteId } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { allSites, findSite, type SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType()
export class Site implements SiteRow {
  @Field(() => ID)
  id: string;

  @Field(() => DateTimeScalar)
  createdAt: Date;

  /** Internal: never a field of the schema. */
  key: number;

  /** Internal too. */
  partition: number;
}

export class SitesQuestion extends Question<readonly SiteRow[]> {}

@QueryHandler(SitesQuestion)
export class SitesHandler implements IQueryHandler<SitesQuestion> {
  execute({ snapshot }: SitesQuestion): Promise<readonly SiteRow[]> {
    return allSites(snapshot);
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

  @Query(() => [Site], { description: 'Every site with events, by name.' })
  sites(@Context() context: GraphqlContext): Promise<readonly SiteRow[]> {
    return this.queries.execute(new SitesQuestion(context.snapshot));
  }

  @Query(() => Site, {
    nullable: true,
    description: 'Null where no event of the site was projected yet.',
  })
  async site(
    @Args('id', { type: () => ID }) id: string,
    @Context() context: GraphqlContext,
  ): Promise<SiteRow | undefined> {
    return this.queries.execute(new SiteQuestion(context.snapshot, checkSiteId('id', id)));
  }
}
