import {
  Args,
  Context,
  Field,
  ID,
  Int,
  ObjectType,
  Parent,
  registerEnumType,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { Needs } from '#access/needs.js';
import type { Snapshot } from '#database/snapshot.js';

import { badInput } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { dayIn, figureAt, type Figure } from './explained-figure.js';
import { readEvents } from './explained-events.js';
import type { SiteRow } from './find-site.js';
import { decodeLogCursor, encodeLogCursor, type LogCursor } from './log-cursor.js';
import { LogEvents } from './ports.js';
import { Question } from './question.js';
import { isDay } from './range.js';
import { receiptText } from './receipt.js';
import { DateScalar, DateTimeScalar } from './scalars.js';
import { Site } from './site.js';
import { PageInfo } from './ranking.js';

const MAX_FIRST = 100;
const MAX_TYPE = 400;
const MAX_PATH = 8_192;

enum ExplainedMeasure {
  EVENTS = 'EVENTS',
  PAGE_VIEWS = 'PAGE_VIEWS',
}

registerEnumType(ExplainedMeasure, {
  name: 'ExplainedMeasure',
  valuesMap: {
    EVENTS: { description: 'Events of every type.' },
    PAGE_VIEWS: { description: 'Events of the type page_view.' },
  },
});

@ObjectType()
export class ExplainedEvent {
  @Field(() => ID)
  id: string;

  @Field()
  type: string;

  @Field(() => DateTimeScalar, { description: "By the sender's clock: it decides the day." })
  occurredAt: Date;

  @Field(() => DateTimeScalar, { description: 'When the log had it.' })
  storedAt: Date;

  @Field(() => String, { nullable: true, description: 'As it was sent; the figures may show another one.' })
  path: string | null;

  @Field(() => String, { nullable: true })
  referrer: string | null;

  @Field(() => String, { nullable: true })
  title: string | null;

  @Field({ description: 'Whom the figures count: the user where one is signed in, else the visitor.' })
  visitor: string;

  @Field({ description: 'Where the log has it: partition:sequence:ordinal, as in its receipt.' })
  position: string;
}

@ObjectType()
export class ExplainedPage {
  @Field(() => [ExplainedEvent], { description: 'In the order of the log.' })
  nodes: ExplainedEvent[];

  @Field(() => PageInfo)
  pageInfo: PageInfo;
}

export class ExplainQuestion extends Question<ExplainedPage> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
    readonly figure: Figure,
    readonly page: { readonly first: number; readonly after: LogCursor | undefined },
  ) {
    super(snapshot);
  }
}

@QueryHandler(ExplainQuestion)
export class ExplainHandler implements IQueryHandler<ExplainQuestion> {
  constructor(private readonly log: LogEvents) {}

  async execute({ snapshot, site, figure, page }: ExplainQuestion): Promise<ExplainedPage> {
    const made = await figureAt(snapshot, site, figure);
    if (!made) return { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
    const span = await dayIn(snapshot, site, figure.day);
    const read = await readEvents({ snapshot, log: this.log, site, figure, made, span, ...page });
    const nodes = read.events.map(({ event, sequence, storedAt }) => ({
      id: event.id,
      type: event.type,
      occurredAt: new Date(event.occurredAt),
      storedAt: new Date(storedAt),
      path: event.path ?? null,
      referrer: event.referrer ?? null,
      title: event.title ?? null,
      visitor: event.visitor,
      position: receiptText({ partition: site.partition, sequence, ordinal: event.ordinal }),
    }));
    const { end, more } = read;
    return { nodes, pageInfo: { hasNextPage: more, endCursor: end ? encodeLogCursor(end) : null } };
  }
}

@Resolver(() => Site)
export class ExplainResolver {
  constructor(private readonly queries: QueryBus) {}

  @Needs('events.read')
  @ResolveField(() => ExplainedPage, {
    description:
      'The events that make up a figure of one day, each once: over all pages as many as the figure says. With `path`, one that the figures show, alone: its page views, as in `topPaths`. A page may hold fewer than `first`, even none, while `hasNextPage` is true.',
  })
  async explain(
    @Parent() site: SiteRow,
    @Args('day', { type: () => DateScalar }) day: string,
    @Args('path', { type: () => String, nullable: true }) path: string | undefined,
    @Args('eventType', { type: () => String, nullable: true }) eventType: string | undefined,
    @Args('measure', { type: () => ExplainedMeasure, nullable: true }) measure: ExplainedMeasure | undefined,
    @Args('first', { type: () => Int, defaultValue: MAX_FIRST }) first: number,
    @Args('after', { type: () => String, nullable: true }) after: string | undefined,
    @Context() context: GraphqlContext,
  ): Promise<ExplainedPage> {
    if (site.past) throw badInput('explain is about the figures of now: ask for it on a site without asOf');
    if (!isDay(day)) throw badInput('day must be a day that exists, from 1970 on, as YYYY-MM-DD');
    if (first < 1 || first > MAX_FIRST) throw badInput(`first must be 1 to ${MAX_FIRST}`);
    if (eventType != null && measure != null)
      throw badInput('eventType and measure say the same: give one of them');
    if (eventType != null && (eventType === '' || eventType.length > MAX_TYPE))
      throw badInput(`eventType must be 1 to ${MAX_TYPE} characters`);
    if (path != null && path.length > MAX_PATH) throw badInput(`path must be at most ${MAX_PATH} characters`);
    const viewsOnly = measure === ExplainedMeasure.PAGE_VIEWS || (path != null && measure == null);
    const figure: Figure = {
      day,
      path: path ?? undefined,
      eventType: eventType ?? (viewsOnly ? 'page_view' : undefined),
    };
    const cursor = after == null ? undefined : decodeLogCursor(after);
    return this.queries.execute(
      new ExplainQuestion(context.snapshot, site, figure, { first, after: cursor }),
    );
  }
}
