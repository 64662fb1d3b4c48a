import { Args, Context, Field, Int, InputType, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { Needs } from '#access/needs.js';
import {
  countDeadLetters,
  deadLetterStates,
  listDeadLetters,
  type DeadLetterFilter,
  type DeadLetterRow,
} from '#database/dead-letters.js';
import type { RowReader } from '#database/row-reader.js';
import type { Snapshot } from '#database/snapshot.js';

import { badInput } from './bad-input.js';
import { type GraphqlContext, readerOf } from './context.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { Question } from './question.js';
import { receiptText } from './receipt.js';
import { DateTimeScalar } from './scalars.js';
import { PageInfo } from './ranking.js';

const MAX_FIRST = 200;

/** By what dead letters are found and chosen. */
@InputType({ isAbstract: true })
export abstract class DeadLetterNarrowing {
  @Field(() => String, { nullable: true })
  site?: string | null;

  @Field(() => String, { nullable: true })
  projection?: string | null;

  @Field(() => String, { nullable: true })
  reason?: string | null;
}

@InputType({ description: 'What is left out does not narrow.' })
export class DeadLetterFilterInput extends DeadLetterNarrowing {
  @Field(() => String, { nullable: true, description: deadLetterStates.join(' or ') })
  state?: string | null;
}

@ObjectType({ description: 'An event that could not be projected.' })
export class DeadLetter {
  @Field(() => Int)
  id: number;

  @Field({
    description:
      'Where it stands in the log: partition:sequence:ordinal, as in its receipt; partition:sequence for a whole message.',
  })
  position: string;

  @Field(() => String, {
    nullable: true,
    description: 'The projection that failed; null: none ever saw the event.',
  })
  projection: string | null;

  @Field(() => Int, { nullable: true })
  generation: number | null;

  @Field(() => String, { nullable: true, description: 'Null where the event cannot be read.' })
  site: string | null;

  @Field(() => String, { nullable: true })
  eventId: string | null;

  @Field({ description: 'A short, fixed code.' })
  reason: string;

  @Field()
  detail: string;

  @Field(() => Int, { description: 'How often it was tried.' })
  attempts: number;

  @Field({ description: deadLetterStates.join(' or ') })
  state: string;

  @Field(() => String, { nullable: true, description: 'Why it was discarded.' })
  note: string | null;

  @Field(() => DateTimeScalar)
  firstSeen: Date;

  @Field(() => DateTimeScalar)
  lastSeen: Date;

  @Field({ description: 'The event as it stands in the log.' })
  event: string;

  @Field({ description: 'False for a whole message that cannot be decoded, and for what was discarded.' })
  retryable: boolean;
}

@ObjectType()
export class DeadLetterConnection {
  @Field(() => [DeadLetter], { description: 'Newest first.' })
  nodes: DeadLetter[];

  @Field(() => Int, { description: 'All that match the filter.' })
  totalCount: number;

  @Field(() => PageInfo)
  pageInfo: PageInfo;
}

export class DeadLettersQuestion extends Question<DeadLetterConnection> {
  constructor(
    snapshot: Snapshot,
    readonly filter: DeadLetterFilter,
    readonly first: number,
    readonly before: number | undefined,
    readonly reader: RowReader = snapshot,
  ) {
    super(snapshot);
  }
}

@QueryHandler(DeadLettersQuestion)
export class DeadLettersHandler implements IQueryHandler<DeadLettersQuestion> {
  async execute({ reader, filter, first, before }: DeadLettersQuestion): Promise<DeadLetterConnection> {
    const rows = await listDeadLetters(reader, filter, first + 1, before);
    const nodes = rows.slice(0, first).map(nodeOf);
    const last = nodes.at(-1);
    return {
      nodes,
      totalCount: await countDeadLetters(reader, filter),
      pageInfo: { hasNextPage: rows.length > first, endCursor: last ? encodeCursor(last.id) : null },
    };
  }
}

function nodeOf({ partition, sequence, ordinal, ...row }: DeadLetterRow): DeadLetter {
  return {
    ...row,
    position: ordinal < 0 ? `${partition}:${sequence}` : receiptText({ partition, sequence, ordinal }),
    retryable: ordinal >= 0 && row.state === 'open',
  };
}

@Resolver(() => DeadLetter)
export class DeadLettersResolver {
  constructor(private readonly queries: QueryBus) {}

  @Needs('dead-letters.manage', 'operate')
  @Query(() => DeadLetterConnection, {
    description: `Events that could not be projected. \`first\` is 1 to ${MAX_FIRST}.`,
  })
  async deadLetters(
    @Args('filter', { type: () => DeadLetterFilterInput, nullable: true })
    filter: DeadLetterFilterInput | null | undefined,
    @Args('first', { type: () => Int, defaultValue: 50 }) first: number,
    @Args('after', { type: () => String, nullable: true }) after: string | null | undefined,
    @Context() context: GraphqlContext,
  ): Promise<DeadLetterConnection> {
    if (first < 1 || first > MAX_FIRST) throw badInput(`first must be 1 to ${MAX_FIRST}`);
    const before = after == null ? undefined : decodeCursor(after, idIn);
    const { reader, tenant } = readerOf(context);
    const wanted = { ...checkFilter(filter ?? {}), tenant };
    return this.queries.execute(new DeadLettersQuestion(context.snapshot, wanted, first, before, reader));
  }
}

function checkFilter({ state, ...names }: DeadLetterFilterInput): DeadLetterFilter {
  const known = deadLetterStates.find((each) => each === state);
  if (state != null && !known) throw badInput(`filter.state must be ${deadLetterStates.join(' or ')}`);
  return { ...checkNames('filter', names), state: known };
}

/** No name is that long, and PostgreSQL's text takes no NUL. */
export function checkNames(
  field: string,
  names: Omit<DeadLetterFilterInput, 'state'>,
): Omit<DeadLetterFilter, 'state'> {
  for (const [name, value] of Object.entries(names)) {
    if (value != null && (value === '' || value.length > 200 || value.includes('\0'))) {
      throw badInput(`${field}.${name} must be 1 to 200 characters, without NUL`);
    }
  }
  const { site, projection, reason } = names;
  return { site: site ?? undefined, projection: projection ?? undefined, reason: reason ?? undefined };
}

const idIn = (place: unknown): number | undefined =>
  Number.isSafeInteger(place) && (place as number) > 0 ? (place as number) : undefined;
