import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';

import { JsonScalar } from './json.scalar.js';

const RECEIPT = 'Where the event stands in the log; a query with `@waitFor(receipt: …)` includes it.';

/** The fields only: what they may hold is decided where every door's events are (docs/sending-events.md). */
@InputType('TrackEventInput')
export class TrackEventInputType {
  @Field(() => String)
  siteId: string;

  @Field(() => String, { description: '`page_view`, or a name of your own.' })
  eventType: string;

  @Field(() => String, { nullable: true })
  path?: string;

  @Field(() => String, { description: 'ISO 8601 with a zone.' })
  timestamp: string;

  @Field(() => String, { nullable: true, description: 'A UUID; the same one again counts once.' })
  eventId?: string;

  @Field(() => String, { nullable: true })
  userId?: string;

  @Field(() => String, { nullable: true })
  visitorId?: string;

  @Field(() => String, { nullable: true })
  referrer?: string;

  @Field(() => String, { nullable: true })
  title?: string;

  @Field(() => JsonScalar, { nullable: true })
  properties?: unknown;
}

@ObjectType()
export class TrackEventPayload {
  @Field(() => Boolean)
  success: boolean;

  @Field(() => ID)
  eventId: string;

  @Field(() => String)
  visitorId: string;

  @Field(() => String, { description: RECEIPT })
  receipt: string;
}

@ObjectType('TrackOutcome')
export class TrackOutcomeType {
  @Field(() => Int)
  index: number;

  @Field(() => String, { description: 'stored, rejected, or unavailable (send it again with its eventId).' })
  status: string;

  @Field(() => ID, { nullable: true })
  eventId?: string;

  @Field(() => String, { nullable: true })
  visitorId?: string;

  @Field(() => String, { nullable: true, description: RECEIPT })
  receipt?: string;

  @Field(() => String, { nullable: true })
  reason?: string;

  @Field(() => [String], { nullable: true })
  messages?: readonly string[];
}

@ObjectType()
export class TrackEventsPayload {
  @Field(() => Int)
  stored: number;

  @Field(() => [TrackOutcomeType])
  outcomes: readonly TrackOutcomeType[];
}
