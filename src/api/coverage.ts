import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from './context.js';
import type { SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateRange } from './range.js';
import { readModel } from './read-model.js';
import { Site } from './site.js';

export class CoverageQuestion extends Question<DateRange | undefined> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
  ) {
    super(snapshot);
  }
}

@QueryHandler(CoverageQuestion)
export class CoverageHandler implements IQueryHandler<CoverageQuestion> {
  async execute({ snapshot, site }: CoverageQuestion): Promise<DateRange | undefined> {
    const model = await readModel(snapshot, 'daily_aggregates', site);
    if (!model) return undefined;
    const [days] = await snapshot.query<{ from: string | null; to: string | null }>(
      `SELECT to_char(min(day), 'YYYY-MM-DD') AS "from", to_char(max(day), 'YYYY-MM-DD') AS "to"
       FROM ${model.table} WHERE row_set = $1`,
      [model.rowSet],
    );
    return days?.from != null && days.to != null ? { from: days.from, to: days.to } : undefined;
  }
}

@Resolver(() => Site)
export class CoverageResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => DateRange, {
    nullable: true,
    description: 'First and last day with events; null when there are none.',
  })
  coverage(@Parent() site: SiteRow, @Context() context: GraphqlContext): Promise<DateRange | undefined> {
    return this.queries.execute(new CoverageQuestion(context.snapshot, site));
  }
}
