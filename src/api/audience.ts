import {
  Args,
  Context,
  Field,
  Float,
  Int,
  ObjectType,
  Parent,
  registerEnumType,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from './context.js';
import type { SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateRangeInput, parseRange, type Range } from './range.js';
import { decodeRankCursor } from './rank-cursor.js';
import { checkFirst, MAX_FIRST, NO_RANKING, PageInfo, rank, type RankPage } from './ranking.js';
import { readModel } from './read-model.js';
import { Site } from './site.js';

/** Dimension -> read model and column. */
const DIMENSIONS = {
  BROWSER: ['devices', 'browser'],
  OS: ['devices', 'os'],
  DEVICE: ['devices', 'device'],
  SCREEN: ['devices', 'screen'],
  BOT: ['devices', 'bot'],
  CHANNEL: ['sources', 'channel'],
  REFERRER: ['sources', 'referrer'],
  UTM_SOURCE: ['sources', 'utm_source'],
  UTM_MEDIUM: ['sources', 'utm_medium'],
  UTM_CAMPAIGN: ['sources', 'utm_campaign'],
  UTM_TERM: ['sources', 'utm_term'],
  UTM_CONTENT: ['sources', 'utm_content'],
  COUNTRY: ['locales', 'country'],
  LANGUAGE: ['locales', 'language'],
} as const satisfies Readonly<Record<string, readonly [projection: string, column: string]>>;

type DimensionName = keyof typeof DIMENSIONS;

const AudienceDimension = Object.fromEntries(Object.keys(DIMENSIONS).map((name) => [name, name])) as {
  readonly [Name in DimensionName]: Name;
};

registerEnumType(AudienceDimension, {
  name: 'AudienceDimension',
  description: 'What page views are divided by; docs/audience.md says what the values are.',
});

@ObjectType()
export class AudienceFigures {
  @Field()
  value: string;

  @Field(() => Int)
  views: number;

  @Field(() => Float, { description: 'Share of `totalViews`, 0 to 1.' })
  share: number;
}

@ObjectType()
export class AudienceConnection {
  @Field(() => AudienceDimension)
  dimension: DimensionName;

  @Field(() => [AudienceFigures], { description: 'Most viewed first, ties by value.' })
  nodes: AudienceFigures[];

  @Field(() => Int, { description: 'Different values.' })
  totalCount: number;

  @Field(() => Int, {
    description: 'Page views in the range of which the value is known; the others are in no node.',
  })
  totalViews: number;

  @Field(() => PageInfo)
  pageInfo: PageInfo;
}

export class AudienceQuestion extends Question<AudienceConnection | undefined> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
    readonly range: Range,
    readonly dimension: DimensionName,
    readonly page: RankPage,
  ) {
    super(snapshot);
  }
}

@QueryHandler(AudienceQuestion)
export class AudienceHandler implements IQueryHandler<AudienceQuestion> {
  async execute(question: AudienceQuestion): Promise<AudienceConnection | undefined> {
    const { snapshot, site, range, dimension, page } = question;
    const [projection, column] = DIMENSIONS[dimension];
    // Filled for the first time, or anew: what is not counted yet is not zero.
    if (!(await snapshot.served(projection))) return undefined;
    const model = await readModel(snapshot, projection, site);
    const { rows, totalViews, ...rest } = model
      ? await rank(snapshot, model, { column, known: true }, range, page)
      : NO_RANKING;
    const nodes = rows.map((row) => ({ ...row, share: row.views / totalViews }));
    return { dimension, nodes, totalViews, ...rest };
  }
}

@Resolver(() => Site)
export class AudienceResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => AudienceConnection, {
    nullable: true,
    description:
      `Page views by browser, channel, country and the like; null while their read model is filled from the log and ` +
      `none is served yet. \`first\` is 1 to ${MAX_FIRST}.`,
  })
  async audience(
    @Parent() site: SiteRow,
    @Args('range') range: DateRangeInput,
    @Args('dimension', { type: () => AudienceDimension }) dimension: DimensionName,
    @Args('first', { type: () => Int, defaultValue: 10 }) first: number,
    @Args('after', { type: () => String, nullable: true }) after: string | null | undefined,
    @Context() context: GraphqlContext,
  ): Promise<AudienceConnection | undefined> {
    const page = { first: checkFirst(first), after: after == null ? undefined : decodeRankCursor(after) };
    return this.queries.execute(
      new AudienceQuestion(context.snapshot, site, parseRange(range), dimension, page),
    );
  }
}
