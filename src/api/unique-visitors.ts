import { Args, Context, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from './context.js';
import { figuresKey, type SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateRangeInput, parseRange, type Range } from './range.js';
import { readModel } from './read-model.js';
import { Site } from './site.js';

/** The one SQL for visitors of a range: someone who comes on two days counts once. */
export function countVisitors(snapshot: Snapshot, site: SiteRow, range: Range): Promise<number> {
  return snapshot.once(`visitors ${figuresKey(site)} ${range.from} ${range.to}`, async () => {
    const model = await readModel(snapshot, 'unique_visitors', site);
    if (!model) return 0;
    const [row] = await snapshot.query<{ visitors: number }>(
      `SELECT count(*)::float8 AS visitors FROM (
         SELECT DISTINCT member FROM ${model.members('visitors')} WHERE row_set = $1 AND day BETWEEN $2 AND $3
       ) AS visitor`,
      [model.rowSet, range.from, range.to],
    );
    return row?.visitors ?? 0;
  });
}

export class UniqueVisitorsQuestion extends Question<number> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
    readonly range: Range,
  ) {
    super(snapshot);
  }
}

@QueryHandler(UniqueVisitorsQuestion)
export class UniqueVisitorsHandler implements IQueryHandler<UniqueVisitorsQuestion> {
  execute({ snapshot, site, range }: UniqueVisitorsQuestion): Promise<number> {
    return countVisitors(snapshot, site, range);
  }
}

@Resolver(() => Site)
export class UniqueVisitorsResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => Int, { description: 'Distinct visitors over the whole range.' })
  async uniqueVisitors(
    @Parent() site: SiteRow,
    @Args('range') range: DateRangeInput,
    @Context() context: GraphqlContext,
  ): Promise<number> {
    return this.queries.execute(new UniqueVisitorsQuestion(context.snapshot, site, parseRange(range)));
  }
}
