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
    const days = 'day BETWEEN $2 AND $3';
    const ofVisitors = visitors
      ? `UNION ALL SELECT day, 0, 0, visitors FROM ${visitors.table} WHERE row_set = $4 AND ${days}`
      : '';
    // Not a join: behind row level security PostgreSQL takes each side for one row, and compares every day with every other.
    return snapshot.query<DailyFigures>(
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(page_views)::float8 AS "pageViews", sum(events)::float8 AS events,
              sum(visitors)::float8 AS "uniqueVisitors"
       FROM (SELECT day, page_views, events, 0 AS visitors FROM ${model.table} WHERE row_set = $1 AND ${days} ${ofVisitors}) AS d
       GROUP BY day HAVING sum(events) > 0 ORDER BY day`,
      [model.rowSet, range.from, range.to, ...(visitors ? [visitors.rowSet] : [])],
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
