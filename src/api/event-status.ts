import { Args, Context, Field, ID, ObjectType, Query, registerEnumType, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { type Actor, reaches } from '#access/actor.js';
import { Needs } from '#access/needs.js';
import type { Snapshot } from '#database/snapshot.js';
import { isDeleted, Workspace } from '#workspace/state/workspace.js';

import { badInput, checkSiteId } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { deadLettersAt, firstPosition, floorOf, strayLetter } from './event-position.js';
import { findSite } from './find-site.js';
import { type CountedSite, type LoggedMessage, LogEvents, LogHeads } from './ports.js';
import { Question } from './question.js';
import { parseReceipt, RECEIPT_RULE, type Receipt, receiptText } from './receipt.js';
import { DateTimeScalar } from './scalars.js';
import { lookFor } from './tail-search.js';

enum EventState {
  COUNTED = 'COUNTED',
  DEAD_LETTERED = 'DEAD_LETTERED',
  DUPLICATE = 'DUPLICATE',
  LEFT_OUT = 'LEFT_OUT',
  NOT_PROJECTED = 'NOT_PROJECTED',
  UNKNOWN = 'UNKNOWN',
}

registerEnumType(EventState, {
  name: 'EventState',
  valuesMap: {
    COUNTED: { description: 'It is in the figures.' },
    DEAD_LETTERED: {
      description: 'It is missing in the figures that `deadLetters` names, and in no others.',
    },
    DUPLICATE: {
      description: 'It changed no figure: an event with its ID stands before it, at `duplicateOf`.',
    },
    LEFT_OUT: { description: 'A rule of its site, `leftOutBy`, keeps it out of every figure.' },
    NOT_PROJECTED: { description: 'The log has it, and no figure yet.' },
    UNKNOWN: { description: 'The site has no event with this ID; `detail` says where that is not sure.' },
  },
});

@ObjectType()
export class EventDeadLetter {
  @Field(() => String, { nullable: true, description: 'The read model that lacks it; null for all of them.' })
  projection: string | null;

  @Field()
  reason: string;

  @Field()
  detail: string;

  @Field({ description: 'open, or discarded.' })
  status: string;

  @Field(() => DateTimeScalar)
  firstFailedAt: Date;

  @Field(() => DateTimeScalar)
  lastFailedAt: Date;
}

@ObjectType()
export class EventStatus {
  @Field(() => EventState)
  state: EventState;

  @Field(() => String, { nullable: true, description: 'Where the log has it: partition:sequence:ordinal.' })
  position: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Null for an unknown one, or while the log is away.',
  })
  storedAt: Date | null;

  @Field(() => String, { nullable: true, description: 'The position of the event that counts in its place.' })
  duplicateOf: string | null;

  @Field(() => ID, { nullable: true, description: 'The rule that leaves it out.' })
  leftOutBy: string | null;

  @Field(() => [EventDeadLetter])
  deadLetters: EventDeadLetter[];

  @Field(() => String, { nullable: true })
  detail: string | null;
}

export class EventStatusQuestion extends Question<EventStatus> {
  constructor(
    snapshot: Snapshot,
    readonly siteId: string,
    readonly eventId: string,
    readonly receipt: Receipt | undefined,
    readonly actor: Actor,
  ) {
    super(snapshot);
  }
}

const NOT_ITS_RECEIPT = 'receipt must be that of the event with this eventId';

const unknown = (detail: string | null = null): EventStatus => ({
  state: EventState.UNKNOWN,
  position: null,
  storedAt: null,
  duplicateOf: null,
  leftOutBy: null,
  deadLetters: [],
  detail,
});

@QueryHandler(EventStatusQuestion)
export class EventStatusHandler implements IQueryHandler<EventStatusQuestion> {
  constructor(
    private readonly events: LogEvents,
    private readonly heads: LogHeads,
    private readonly workspace: Workspace,
  ) {}

  async execute(question: EventStatusQuestion): Promise<EventStatus> {
    const { snapshot, siteId, eventId, actor } = question;
    const site = await findSite(snapshot, siteId);
    const known = this.workspace.site(siteId);
    // The log is read by the site's ID alone, so here it is judged who may, and whether it is still there.
    const may = actor.kind === 'local' || (known !== undefined && reaches(actor, known));
    if (!may || (known && isDeleted(known, Date.now()))) {
      if (question.receipt) throw badInput(NOT_ITS_RECEIPT);
      return unknown();
    }
    const first =
      (site && (await firstPosition(snapshot, site, eventId))) ??
      (await strayLetter(snapshot, siteId, eventId));
    const counted = { id: siteId, rules: site?.servedRules ?? [] };
    if (question.receipt) return this.ofCopy(question, counted, question.receipt, first);
    if (first) return this.settled(snapshot, counted, first, await this.messageAt(first, counted));
    const partition = site?.partition ?? this.workspace.partitionOf(siteId);
    if (partition === undefined) return unknown();
    const floor = await floorOf(snapshot, partition);
    const found = await lookFor(this.events, this.heads, { partition, after: floor, siteId, eventId });
    if (!('position' in found)) return unknown(found.detail);
    return waiting(found.position, found.storedAt);
  }

  /** The one that the receipt names, which may be a copy. */
  private async ofCopy(
    question: EventStatusQuestion,
    site: CountedSite,
    receipt: Receipt,
    first: Receipt | undefined,
  ): Promise<EventStatus> {
    const { snapshot, eventId } = question;
    const message = await this.events.messageAt(receipt.partition, receipt.sequence, site);
    const event = message?.events.find(({ ordinal }) => ordinal === receipt.ordinal);
    if (!message || event?.id !== eventId) throw badInput(NOT_ITS_RECEIPT);
    if (receipt.sequence > (await floorOf(snapshot, receipt.partition)))
      return waiting(receipt, message.storedAt);
    if (!first || receiptText(first) === receiptText(receipt))
      return this.settled(snapshot, site, receipt, message);
    return {
      ...unknown(),
      state: EventState.DUPLICATE,
      position: receiptText(receipt),
      storedAt: new Date(message.storedAt),
      duplicateOf: receiptText(first),
    };
  }

  /** @param message undefined while the log is away */
  private async settled(
    snapshot: Snapshot,
    { rules }: CountedSite,
    position: Receipt,
    message: LoggedMessage | undefined,
  ): Promise<EventStatus> {
    const deadLetters = await deadLettersAt(snapshot, position);
    const leftOutBy = message?.events.find(({ ordinal }) => ordinal === position.ordinal)?.leftOutBy ?? null;
    const unsure = !message && rules.length > 0;
    return {
      ...unknown(unsure ? 'the log does not answer: a rule of the site may leave the event out' : null),
      state: stateOf(deadLetters, leftOutBy),
      position: receiptText(position),
      storedAt: message ? new Date(message.storedAt) : null,
      leftOutBy,
      deadLetters,
    };
  }

  /** What happened to the event is known without the log. */
  private async messageAt(
    { partition, sequence }: Receipt,
    site: CountedSite,
  ): Promise<LoggedMessage | undefined> {
    return this.events.messageAt(partition, sequence, site).catch(() => undefined);
  }
}

function stateOf(letters: readonly EventDeadLetter[], leftOutBy: string | null): EventState {
  // One of no read model was never looked at by a rule.
  if (leftOutBy !== null && letters.every(({ projection }) => projection !== null))
    return EventState.LEFT_OUT;
  return letters.length > 0 ? EventState.DEAD_LETTERED : EventState.COUNTED;
}

function waiting(position: Receipt, storedAt: number): EventStatus {
  return {
    ...unknown(),
    state: EventState.NOT_PROJECTED,
    position: receiptText(position),
    storedAt: new Date(storedAt),
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

@Resolver(() => EventStatus)
export class EventStatusResolver {
  constructor(private readonly queries: QueryBus) {}

  @Needs('events.read')
  @Query(() => EventStatus, {
    description:
      'What became of an event. Without `receipt`: of the first one with this ID; with it: of the very one that the receipt was given for.',
  })
  async eventStatus(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('eventId', { type: () => ID }) eventId: string,
    @Args('receipt', { type: () => String, nullable: true }) receipt: string | undefined,
    @Context() { actor, snapshot }: GraphqlContext,
  ): Promise<EventStatus> {
    const id = eventId.toLowerCase();
    if (!UUID.test(id)) throw badInput('eventId must be a UUID');
    const copy = receipt == null ? undefined : parseReceipt(receipt);
    if (receipt != null && !copy) throw badInput(`receipt ${RECEIPT_RULE}`);
    const site = checkSiteId('siteId', siteId);
    return this.queries.execute(new EventStatusQuestion(snapshot, site, id, copy, actor));
  }
}
