import { Args, Context, Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from './context.js';
import type { SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateRangeInput, parseRange, type Range } from './range.js';
import { readModel } from './read-model.js';
import { DateTimeScalar } from './scalars.js';
import { Site } from './site.js';

const MAX_HOURLY_DAYS = 31;

@ObjectType()
export class TypeCount {
  @Field()
  eventType: string;

  @Field(() => Int)
  events: number;
}

@ObjectType()
export class HourlyFigures {
  @Field(() => DateTimeScalar, { description: 'The start of the hour.' })
  hour: Date;

  @Field(() => Int)
  pageViews: number;

  @Field(() => Int)
  events: number;

  @Field(() => [TypeCount])
  byType: TypeCount[];
}

export class HourlyStatsQuestion extends Question<HourlyFigures[]> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
    readonly range: Range,
  ) {
    super(snapshot);
  }
}

@QueryHandler(HourlyStatsQuestion)
export class HourlyStatsHandler implements IQueryHandler<HourlyStatsQuestion> {
  async execute({ snapshot, site, range }: HourlyStatsQuestion): Promise<HourlyFigures[]> {
    const byHour = new Map<number, TypeCount[]>();
    for (const row of await hourlyRows(snapshot, site, range)) {
      const types = byHour.get(row.hour) ?? [];
      types.push({ eventType: row.eventType, events: row.events });
      byHour.set(row.hour, types);
    }
    const hours = await hoursOf(snapshot, site, range);
    return hours.map((hour) => hourOf(hour, byHour.get(hour) ?? []));
  }
}

function hourOf(hour: number, byType: TypeCount[]): HourlyFigures {
  return {
    hour: new Date(hour),
    pageViews: byType.find((type) => type.eventType === 'page_view')?.events ?? 0,
    events: byType.reduce((sum, type) => sum + type.events, 0),
    byType,
  };
}

interface HourlyRow {
  readonly hour: number;
  readonly eventType: string;
  readonly events: number;
}

async function hourlyRows(snapshot: Snapshot, site: SiteRow, range: Range): Promise<HourlyRow[]> {
  const model = await readModel(snapshot, 'hourly_series', site);
  if (!model) return [];
  return snapshot.query<HourlyRow>(
    `SELECT extract(epoch FROM hour)::float8 * 1000 AS hour, event_type AS "eventType", events::float8 AS events
     FROM ${model.table} WHERE row_set = $4 AND hour >= ${START} AND hour < ${END}
     ORDER BY hour, event_type COLLATE "C"`,
    [range.from, range.to, site.timeZone, model.rowSet],
  );
}

const START = '$1::date::timestamp AT TIME ZONE $3';
const END = '($2::date + 1)::timestamp AT TIME ZONE $3';

/**
 * Where the hours of the site's clocks begin: a day may have 23 or 25 of them, of which two have the same name, and where
 * clocks change by half an hour one of them is as short. So every half hour is asked in which one it lies.
 */
async function hoursOf(snapshot: Snapshot, site: SiteRow, range: Range): Promise<number[]> {
  const rows = await snapshot.query<{ hour: number }>(
    `SELECT DISTINCT extract(epoch FROM t)::float8 * 1000
       - (extract(epoch FROM (t AT TIME ZONE $3)::time)::int % 3600) * 1000 AS hour
     FROM generate_series(${START}, ${END} - interval '1 second', interval '30 minutes') AS t ORDER BY 1`,
    [range.from, range.to, site.timeZone],
  );
  return rows.map(({ hour }) => hour);
}

@Resolver(() => Site)
export class HourlyStatsResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => [HourlyFigures], {
    description: `Every hour of the range in order, by the site's clocks; at most ${MAX_HOURLY_DAYS} days.`,
  })
  async hourlyStats(
    @Parent() site: SiteRow,
    @Args('range') range: DateRangeInput,
    @Context() context: GraphqlContext,
  ): Promise<HourlyFigures[]> {
    const checked = parseRange(range, MAX_HOURLY_DAYS);
    return this.queries.execute(new HourlyStatsQuestion(context.snapshot, site, checked));
  }
}
