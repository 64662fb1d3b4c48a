import {
  Args,
  Context,
  Field,
  Float,
  Int,
  ObjectType,
  Parent,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

import { badInput } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { dailyFigures } from './daily-stats.js';
import type { SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateRangeInput, parseRange, type Range } from './range.js';
import { decodeRankCursor } from './rank-cursor.js';
import { checkFirst, MAX_FIRST, NO_RANKING, PageInfo, rank, type RankPage } from './ranking.js';
import { readModel } from './read-model.js';
import { Site } from './site.js';

const MAX_PREFIX_BYTES = 2_000;

@ObjectType()
export class PathFigures {
  @Field()
  path: string;

  @Field(() => Int)
  views: number;

  @Field(() => Float, { description: 'Share of all views in the range, 0 to 1.' })
  share: number;
}

@ObjectType()
export class PathConnection {
  @Field(() => [PathFigures], { description: 'Most viewed first, ties by path.' })
  nodes: PathFigures[];

  @Field(() => Int, { description: 'Paths that match the prefix.' })
  totalCount: number;

  @Field(() => Int, { description: 'Views of all paths in the range, whatever the prefix.' })
  totalViews: number;

  @Field(() => PageInfo)
  pageInfo: PageInfo;
}

export class TopPathsQuestion extends Question<PathConnection> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
    readonly range: Range,
    readonly page: RankPage,
  ) {
    super(snapshot);
  }
}

@QueryHandler(TopPathsQuestion)
export class TopPathsHandler implements IQueryHandler<TopPathsQuestion> {
  async execute({ snapshot, site, range, page }: TopPathsQuestion): Promise<PathConnection> {
    const model = await readModel(snapshot, 'top_paths', site);
    const { rows, totalCount, pageInfo } = model
      ? await rank(snapshot, model, { column: 'path' }, range, page)
      : NO_RANKING;
    const days = await dailyFigures(snapshot, site, range);
    const totalViews = days.reduce((sum, day) => sum + day.pageViews, 0);
    const nodes = rows.map(({ value, views }) => ({
      path: value,
      views,
      share: totalViews > 0 ? views / totalViews : 0,
    }));
    return { nodes, totalCount, totalViews, pageInfo };
  }
}

@Resolver(() => Site)
export class TopPathsResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => PathConnection, {
    description: `The most viewed paths. \`first\` is 1 to ${MAX_FIRST}; \`prefix\` is taken literally.`,
  })
  async topPaths(
    @Parent() site: SiteRow,
    @Args('range') range: DateRangeInput,
    @Args('first', { type: () => Int, defaultValue: 10 }) first: number,
    @Args('after', { type: () => String, nullable: true }) after: string | null | undefined,
    @Args('prefix', { type: () => String, nullable: true }) prefix: string | null | undefined,
    @Context() context: GraphqlContext,
  ): Promise<PathConnection> {
    const page = {
      first: checkFirst(first),
      after: after == null ? undefined : decodeRankCursor(after),
      prefix: prefix == null ? undefined : checkPrefix(prefix),
    };
    return this.queries.execute(new TopPathsQuestion(context.snapshot, site, parseRange(range), page));
  }
}

function checkPrefix(prefix: string): string {
  if (!prefix.includes('\0') && Buffer.byteLength(prefix) <= MAX_PREFIX_BYTES) return prefix;
  throw badInput(`prefix must be at most ${MAX_PREFIX_BYTES} bytes, without NUL characters`);
}
