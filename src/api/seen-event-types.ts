import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { Args, Context, Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';

import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from './context.js';
import type { SiteRow } from './find-site.js';
import { Question } from './question.js';
import { DateRangeInput, parseRange, type Range } from './range.js';
import { readModel } from './read-model.js';
import { DateTimeScalar } from './scalars.js';
import { Site } from './site.js';

const MAX_DAYS = 400;

@ObjectType({ description: 'An event type of which events came in, whether somebody defined it or not.' })
export class SeenEventType {
  @Field()
  eventType: string;

  @Field(() => Int)
  events: number;

  @Field(() => DateTimeScalar, { description: 'The start of the last hour that has one.' })
  lastSeen: Date;
}

export class SeenEventTypesQuestion extends Question<readonly SeenEventType[]> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
    readonly range: Range,
  ) {
    super(snapshot);
  }
}

@QueryHandler(SeenEventTypesQuestion)
export class SeenEventTypesHandler implements IQueryHandler<SeenEventTypesQuestion> {
  async execute({ snapshot, site, range }: SeenEventTypesQuestion): Promise<readonly SeenEventType[]> {
    const model = await readModel(snapshot, 'hourly_series', site);
    if (!model) return [];
    return snapshot.query<SeenEventType>(
      `SELECT event_type AS "eventType", sum(events)::float8 AS events, max(hour) AS "lastSeen"
       FROM ${model.table} WHERE row_set = $4 AND events > 0
         AND hour >= $1::date::timestamp AT TIME ZONE $3 AND hour < ($2::date + 1)::timestamp AT TIME ZONE $3
       GROUP BY event_type ORDER BY events DESC, event_type COLLATE "C"`,
      [range.from, range.to, site.timeZone, model.rowSet],
    );
  }
}

@Resolver(() => Site)
export class SeenEventTypesResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => [SeenEventType], {
    description: `What came in, the most frequent first; at most ${MAX_DAYS} days.`,
  })
  async seenEventTypes(
    @Parent() site: SiteRow,
    @Args('range') range: DateRangeInput,
    @Context() context: GraphqlContext,
  ): Promise<readonly SeenEventType[]> {
    const checked = parseRange(range, MAX_DAYS);
    return this.queries.execute(new SeenEventTypesQuestion(context.snapshot, site, checked));
  }
}
