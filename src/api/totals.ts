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

import type { GraphqlContext } from './context.js';
import { dailyFigures } from './daily-stats.js';
import type { SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateRange, DateRangeInput, parseRange, previousRange, type Range } from './range.js';
import { Site } from './site.js';
import { countVisitors } from './unique-visitors.js';

@ObjectType()
export class Figures {
  @Field(() => Int)
  pageViews: number;

  @Field(() => Int)
  events: number;

  @Field(() => Int, { description: 'Distinct visitors over the whole range.' })
  uniqueVisitors: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Page views per visitor; null where there were no visitors.',
  })
  viewsPerVisitor: number | null;
}

@ObjectType()
export class Totals {
  @Field(() => DateRange)
  range: DateRange;

  @Field(() => Figures)
  current: Figures;

  @Field(() => DateRange)
  previousRange: DateRange;

  @Field(() => Figures)
  previous: Figures;
}

export class TotalsQuestion extends Question<Totals> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
    readonly range: Range,
  ) {
    super(snapshot);
  }
}

@QueryHandler(TotalsQuestion)
export class TotalsHandler implements IQueryHandler<TotalsQuestion> {
  async execute({ snapshot, site, range }: TotalsQuestion): Promise<Totals> {
    const before = previousRange(range);
    return {
      range,
      current: await figures(snapshot, site, range),
      previousRange: before,
      previous: await figures(snapshot, site, before),
    };
  }
}

async function figures(snapshot: Snapshot, site: SiteRow, range: Range): Promise<Figures> {
  const days = await dailyFigures(snapshot, site, range);
  const pageViews = days.reduce((sum, day) => sum + day.pageViews, 0);
  const events = days.reduce((sum, day) => sum + day.events, 0);
  const uniqueVisitors = await countVisitors(snapshot, site, range);
  return {
    pageViews,
    events,
    uniqueVisitors,
    viewsPerVisitor: uniqueVisitors > 0 ? pageViews / uniqueVisitors : null,
  };
}

@Resolver(() => Site)
export class TotalsResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => Totals, {
    description: "The range's figures beside those of the equally long range before it.",
  })
  async totals(
    @Parent() site: SiteRow,
    @Args('range') range: DateRangeInput,
    @Context() context: GraphqlContext,
  ): Promise<Totals> {
    return this.queries.execute(new TotalsQuestion(context.snapshot, site, parseRange(range)));
  }
}
