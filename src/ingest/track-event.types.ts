import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';

import { JsonScalar } from './json.scalar.js';

const RECEIPT = 'Where the event stands in the log; a query with `@waitFor(receipt: …)` includes it.';
const WARNINGS = 'One for each field that was left out because it is unfit; null where there is none.';

/** The fields only: what they may hold is decided where every door's events are (docs/sending-events.md). */
@InputType('TrackEventInput')
export class TrackEventInputType {
  @Field(() => String)
  siteId: string;

  @Field(() => String, { description: '`page_view`, or a name of your own.' })
  eventType: string;

  @Field(() => String, { nullable: true })
  path?: string;

  @Field(() => String, {
    nullable: true,
    description: 'Absolute, http or https; its path is used where `path` is absent.',
  })
  url?: string;

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

  @Field(() => String, { nullable: true, description: 'Width and height in pixels, such as `1440x900`.' })
  screen?: string;

  @Field(() => String, {
    nullable: true,
    description: 'A language tag; else the `Accept-Language` of the request.',
  })
  language?: string;

  @Field(() => String, { nullable: true, description: "The visitor's; else that of the request." })
  userAgent?: string;

  @Field(() => String, {
    nullable: true,
    description: "The visitor's; else that of the request. Used, never stored.",
  })
  address?: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Known for a day without a cookie, where there is no `visitorId`.',
  })
  cookieless?: boolean;
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

  @Field(() => [String], { nullable: true, description: WARNINGS })
  warnings?: readonly string[];
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

  @Field(() => [String], { nullable: true, description: WARNINGS })
  warnings?: readonly string[];
}

@ObjectType()
export class TrackEventsPayload {
  @Field(() => Int)
  stored: number;

  @Field(() => [TrackOutcomeType])
  outcomes: readonly TrackOutcomeType[];
}
