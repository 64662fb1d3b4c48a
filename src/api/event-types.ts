import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { Context, Field, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';

import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from './context.js';
import type { SiteRow } from './find-site.js';
import { Question } from './question.js';
import { Site } from './site.js';

@ObjectType({ description: 'What somebody said an event type of the site means.' })
export class EventType {
  @Field()
  name: string;

  @Field()
  description: string;
}

export class EventTypesQuestion extends Question<readonly EventType[]> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
  ) {
    super(snapshot);
  }
}

@QueryHandler(EventTypesQuestion)
export class EventTypesHandler implements IQueryHandler<EventTypesQuestion> {
  execute({ snapshot, site }: EventTypesQuestion): Promise<readonly EventType[]> {
    return snapshot.query<EventType>(
      'SELECT name, description FROM event_type WHERE site_id = $1 ORDER BY name COLLATE "C"',
      [site.key],
    );
  }
}

@Resolver(() => Site)
export class EventTypesResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => [EventType], { description: 'Those that were defined, by name.' })
  eventTypes(@Parent() site: SiteRow, @Context() context: GraphqlContext): Promise<readonly EventType[]> {
    return this.queries.execute(new EventTypesQuestion(context.snapshot, site));
  }
}
