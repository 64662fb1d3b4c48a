import {
  Context,
  Args,
  Field,
  ID,
  InputType,
  Int,
  ObjectType,
  registerEnumType,
  Resolver,
  Subscription,
} from '@nestjs/graphql';

import { Needs } from '#access/needs.js';
import { sightOf } from '#access/sight.js';
import { siteThere } from '#workspace/state/site-there.js';
import { Workspace } from '#workspace/state/workspace.js';

import { badInput, checkSiteId } from './bad-input.js';
import type { ChangeStream } from './change-stream.js';
import type { GraphqlContext } from './context.js';
import { type FeedBatch, feedStream } from './feed-stream.js';
import { EventFeed, type FedItem, type FedWish } from './ports.js';
import { DateTimeScalar } from './scalars.js';

enum FeedOutcome {
  REFUSED = 'REFUSED',
  STORED = 'STORED',
}

registerEnumType(FeedOutcome, {
  name: 'FeedOutcome',
  valuesMap: {
    STORED: {
      description:
        'The log has it. Whether it counts, or an event with its ID did before, says `eventStatus`.',
    },
    REFUSED: {
      description:
        'It was not accepted; `reason` and `messages` say why. It is stored nowhere, except that a ' +
        '`log_unavailable` may stand in the log.',
    },
  },
});

@ObjectType({ description: 'A stored event as the log holds it, beside what every item has.' })
class StoredFields {
  @Field(() => DateTimeScalar)
  occurredAt: Date;

  @Field(() => ID)
  visitorId: string;

  @Field(() => ID, { nullable: true })
  userId: string | null;

  @Field(() => String, { nullable: true, description: 'Where it says more than the path.' })
  url: string | null;

  @Field(() => String, { nullable: true })
  referrer: string | null;

  @Field(() => String, { nullable: true })
  title: string | null;

  @Field(() => String, { nullable: true })
  country: string | null;

  @Field(() => String, { nullable: true })
  userAgent: string | null;

  @Field(() => String, { nullable: true, description: 'As JSON.' })
  properties: string | null;

  @Field(() => [String], {
    description:
      'What of it was left out or is not as defined, one for each fault. Remembered of the last 1,000 such events.',
  })
  warnings: readonly string[];
}

@ObjectType({ description: 'What became of one event, or of a request that was refused whole.' })
class FeedItem {
  @Field(() => ID, {
    description: 'Of a stored event: where the log has it, partition:sequence:ordinal, which is its receipt.',
  })
  id: string;

  @Field(() => FeedOutcome)
  outcome: FeedOutcome;

  @Field(() => DateTimeScalar)
  receivedAt: Date;

  @Field(() => ID, { nullable: true, description: 'Null where what was refused names none.' })
  siteId: string | null;

  @Field(() => String, { nullable: true })
  eventType: string | null;

  @Field(() => ID, { nullable: true })
  eventId: string | null;

  @Field(() => String, { nullable: true, description: 'Of a refused one: as sent, without host and query.' })
  path: string | null;

  @Field({ description: 'The wire format: tidemark, graphql, segment, …' })
  dialect: string;

  @Field(() => String, { nullable: true, description: 'The client library, as it says.' })
  sdk: string | null;

  @Field(() => String, { nullable: true, description: 'Of a refused one: the name of the fault.' })
  reason: string | null;

  @Field(() => [String], {
    description: 'Of a refused one: one for each fault, naming the field and the fix.',
  })
  messages: readonly string[];

  @Field(() => StoredFields, { nullable: true, description: 'The rest of a stored one.' })
  stored: StoredFields | null;
}

@ObjectType()
export class EventFeedPush {
  @Field(() => [FeedItem], { description: 'Oldest first.' })
  items: FeedItem[];

  @Field(() => Int, {
    description:
      'Items since the push before that are not shown, because they came too fast for this subscriber.',
  })
  skipped: number;
}

@InputType({ description: 'What is left out is any.' })
class EventFeedFilter {
  @Field(() => FeedOutcome, { nullable: true })
  outcome?: FeedOutcome | null;

  @Field(() => [String], { nullable: true })
  eventTypes?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Wire formats: tidemark, graphql, segment, …' })
  dialects?: string[] | null;

  @Field(() => ID, { nullable: true })
  visitorId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Part of the type, path, event ID, reason or message; upper and lower case alike.',
  })
  text?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'With a site: also refused calls that name no site.' })
  withoutSite?: boolean | null;
}

const RECENT = { usual: 20, most: 100 } as const;
const MOST_NAMES = 50;
const LONGEST_TEXT = 200;

@Resolver()
export class EventFeedResolver {
  constructor(
    private readonly feed: EventFeed,
    private readonly workspace: Workspace,
  ) {}

  @Needs('events.read')
  @Subscription(() => EventFeedPush, {
    description:
      'What becomes of every call, whichever process took it: the recent ones at once, then the others as they come in.',
    resolve: ({ items, skipped }: FeedBatch): EventFeedPush => ({ items: items.map(toItem), skipped }),
  })
  eventFeed(
    @Args('siteId', {
      type: () => ID,
      nullable: true,
      description: 'Null: all sites of the one who asks and, in open mode, calls that name none.',
    })
    siteId: string | null | undefined,
    @Args('filter', { type: () => EventFeedFilter, nullable: true })
    filter: EventFeedFilter | null | undefined,
    @Args('recent', {
      type: () => Int,
      defaultValue: RECENT.usual,
      description: `How many of before, at most ${RECENT.most}.`,
    })
    recent: number,
    @Context() { actor }: GraphqlContext,
  ): ChangeStream<FeedBatch> {
    if (recent < 0 || recent > RECENT.most) throw badInput(`recent must be 0 to ${RECENT.most}`);
    const site = siteId == null ? undefined : checkSiteId('siteId', siteId);
    return feedStream(
      this.feed,
      {
        site,
        sees: sightOf(actor, (id) => siteThere(this.workspace, id, Date.now())),
        ...wishOf(filter ?? {}),
      },
      recent,
    );
  }
}

function wishOf({ outcome, eventTypes, dialects, visitorId, text, withoutSite }: EventFeedFilter): FedWish {
  for (const [name, list] of Object.entries({ eventTypes, dialects })) {
    if (list && list.length > MOST_NAMES)
      throw badInput(`filter.${name} must hold at most ${MOST_NAMES} names`);
  }
  if (text != null && text.length > LONGEST_TEXT)
    throw badInput(`filter.text must be at most ${LONGEST_TEXT} characters`);
  return {
    outcome: outcome == null ? undefined : outcome === FeedOutcome.STORED ? 'stored' : 'refused',
    eventTypes: eventTypes ?? undefined,
    dialects: dialects ?? undefined,
    visitorId: visitorId ?? undefined,
    text: text?.trim() || undefined,
    withoutSite: withoutSite ?? undefined,
  };
}

function toItem({ id, outcome, at, site, dialect, stored, refused, ...rest }: FedItem): FeedItem {
  return {
    id,
    outcome: outcome === 'stored' ? FeedOutcome.STORED : FeedOutcome.REFUSED,
    receivedAt: new Date(at),
    siteId: site ?? null,
    eventType: rest.eventType ?? null,
    eventId: rest.eventId ?? null,
    path: rest.path ?? null,
    dialect,
    sdk: rest.sdk ?? null,
    reason: refused?.reason ?? null,
    messages: refused?.messages ?? [],
    stored: stored ? toFields(stored) : null,
  };
}

function toFields(stored: NonNullable<FedItem['stored']>): StoredFields {
  return {
    occurredAt: new Date(stored.occurredAt),
    visitorId: stored.visitorId,
    userId: stored.userId ?? null,
    url: stored.url ?? null,
    referrer: stored.referrer ?? null,
    title: stored.title ?? null,
    country: stored.country ?? null,
    userAgent: stored.userAgent ?? null,
    properties: stored.properties ? JSON.stringify(stored.properties) : null,
    warnings: stored.warnings,
  };
}
