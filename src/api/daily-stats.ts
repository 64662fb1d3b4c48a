import { Args, Context, Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from './context.js';
import { figuresKey, type SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateRangeInput, daysOf, parseRange, type Range } from './range.js';
import { readModel } from './read-model.js';
import { DateScalar } from './scalars.js';
import { Site } from './site.js';

@ObjectType()
export class DailyFigures {
  @Field(() => DateScalar)
  day: string;

  @Field(() => Int)
  pageViews: number;

  @Field(() => Int)
  events: number;

  @Field(() => Int)
  uniqueVisitors: number;
}

/**
 * The one SQL for page views, events and the visitors of a day: totals, shares and `GET /api/stats` add up these rows, so no two screens
 * can differ. Days with events only, in order.
 */
export function dailyFigures(snapshot: Snapshot, site: SiteRow, range: Range): Promise<DailyFigures[]> {
  return snapshot.once(`daily ${figuresKey(site)} ${range.from} ${range.to}`, async () => {
    const model = await readModel(snapshot, 'daily_aggregates', site);
    if (!model) return [];
    const visitors = await readModel(snapshot, 'unique_visitors', site);
    return snapshot.query<DailyFigures>(
      `SELECT to_char(d.day, 'YYYY-MM-DD') AS day, page_views::float8 AS "pageViews",
              events::float8 AS events, ${visitors ? 'coalesce(visitors, 0)::float8' : '0'} AS "uniqueVisitors"
       FROM ${model.table} d ${visitors ? `LEFT JOIN ${visitors.table} v ON v.row_set = ${visitors.rowSet} AND v.day = d.day` : ''}
       WHERE d.row_set = $1 AND d.day BETWEEN $2 AND $3 ORDER BY d.day`,
      [model.rowSet, range.from, range.to],
    );
  });
}

export class DailyStatsQuestion extends Question<DailyFigures[]> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
    readonly range: Range,
  ) {
    super(snapshot);
  }
}

@QueryHandler(DailyStatsQuestion)
export class DailyStatsHandler implements IQueryHandler<DailyStatsQuestion> {
  async execute({ snapshot, site, range }: DailyStatsQuestion): Promise<DailyFigures[]> {
    const known = new Map((await dailyFigures(snapshot, site, range)).map((row) => [row.day, row]));
    return daysOf(range).map((day) => known.get(day) ?? { day, pageViews: 0, events: 0, uniqueVisitors: 0 });
  }
}

@Resolver(() => Site)
export class DailyStatsResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => [DailyFigures], {
    description: 'Every day of the range in order, days without events as zeros.',
  })
  async dailyStats(
    @Parent() site: SiteRow,
    @Args('range') range: DateRangeInput,
    @Context() context: GraphqlContext,
  ): Promise<DailyFigures[]> {
    return this.queries.execute(new DailyStatsQuestion(context.snapshot, site, parseRange(range)));
  }
}
