import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { Context, Field, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';

import { Needs } from '#access/needs.js';
import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from './context.js';
import type { SiteRow } from './find-site.js';
import { Question } from './question.js';
import { Site } from './site.js';

@ObjectType({ description: 'A property that events of a type carry.' })
export class EventTypeProperty {
  @Field()
  name: string;

  @Field({ description: 'text, number, integer, boolean, time, amount, currency, list or object.' })
  kind: string;

  @Field(() => Boolean)
  required: boolean;
}

@ObjectType({ description: 'What somebody said of an event type of the site.' })
export class EventType {
  @Field()
  name: string;

  @Field()
  description: string;

  @Field(() => [EventTypeProperty], { description: 'What its events carry; others may be there.' })
  properties: readonly EventTypeProperty[];

  @Field(() => Boolean, { description: 'Events that carry something else are refused.' })
  strict: boolean;
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
      `SELECT name, description, strict, coalesce((
         SELECT jsonb_agg(jsonb_build_object('required', false) || property ORDER BY n)
         FROM jsonb_array_elements(properties) WITH ORDINALITY AS p (property, n)), '[]') AS properties
       FROM event_type WHERE site_id = $1 ORDER BY name COLLATE "C"`,
      [site.key],
    );
  }
}

@Resolver(() => Site)
export class EventTypesResolver {
  constructor(private readonly queries: QueryBus) {}

  @Needs('settings.read')
  @ResolveField(() => [EventType], { description: 'Those that were defined, by name.' })
  eventTypes(@Parent() site: SiteRow, @Context() context: GraphqlContext): Promise<readonly EventType[]> {
    return this.queries.execute(new EventTypesQuestion(context.snapshot, site));
  }
}
