import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { Args, Context, Field, Float, Int, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import { PG_POOL } from '#database/pool.js';
import { lastVerifications, type Verification as VerificationRow } from '#database/verification.js';
import type { Snapshot } from '#database/snapshot.js';

import { badInput, checkSiteId } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { Job, type JobAnswer } from './jobs.js';
import { ordered } from './ordered.js';
import { Question } from './question.js';
import { isDay } from './range.js';
import { DateScalar, DateTimeScalar } from './scalars.js';

const MAX_FIRST = 100;

@ObjectType({
  description: 'Something recorded that is not what the log comes to; docs/operating.md lists what there is.',
})
export class VerificationFinding {
  @Field({ description: 'read_model, ledger, duplicates or log' })
  kind: string;

  @Field({ description: 'differs, missing, extra, ...' })
  what: string;

  @Field(() => Int)
  partition: number;

  @Field(() => String, { nullable: true })
  projection: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'Null where the rows have no day.' })
  day: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its column; `rows` for whole rows, `<measure> members` for its set.',
  })
  measure: string | null;

  @Field(() => Float, { description: 'Rows, entries, events or messages that differ.' })
  rows: number;

  @Field(() => String, {
    nullable: true,
    description: 'What the log comes to over these rows, as a decimal number.',
  })
  fromLog: string | null;

  @Field(() => String, { nullable: true, description: 'What is recorded over these rows.' })
  recorded: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The earliest position, partition:sequence:ordinal, whose event touches them; null where none does.',
  })
  since: string | null;

  @Field(() => String, { nullable: true })
  example: string | null;
}

@ObjectType()
export class VerifiedPosition {
  @Field(() => Int)
  partition: number;

  @Field(() => Float, { description: 'The checkpoint at which it was compared.' })
  sequence: number;
}

@ObjectType({ description: 'What ledger, duplicates and read models, computed anew from the log, came to.' })
export class Verification {
  @Field(() => Int, { description: 'Of its job.' })
  id: number;

  @Field(() => DateTimeScalar)
  startedAt: Date;

  @Field(() => DateTimeScalar)
  finishedAt: Date;

  @Field({ description: 'clean or drift' })
  outcome: string;

  @Field(() => String, { nullable: true, description: 'Null: every site.' })
  site: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'Null: every day.' })
  from: string | null;

  @Field(() => DateScalar, { nullable: true })
  to: string | null;

  @Field(() => [VerifiedPosition])
  positions: readonly VerifiedPosition[];

  @Field(() => Float, { description: 'Events counted.' })
  events: number;

  @Field(() => Float, { description: 'Events dropped because their ID was counted before.' })
  duplicates: number;

  @Field(() => Float)
  driftRows: number;

  @Field(() => Int)
  findingsTotal: number;

  @Field(() => [VerificationFinding], { description: 'The first 1,000 of them.' })
  findings: readonly VerificationFinding[];
}

export class VerificationQuestion extends Question<VerificationRow[]> {
  constructor(
    snapshot: Snapshot,
    readonly first: number,
  ) {
    super(snapshot);
  }
}

@QueryHandler(VerificationQuestion)
export class VerificationHandler implements IQueryHandler<VerificationQuestion> {
  execute({ snapshot, first }: VerificationQuestion): Promise<VerificationRow[]> {
    return lastVerifications(snapshot.overAll(), first);
  }
}

@Resolver(() => Verification)
export class VerificationResolver {
  constructor(
    private readonly queries: QueryBus,
    @Inject(PG_POOL) private readonly pool: Pool,
  ) {}

  @Needs('operate')
  @Query(() => [Verification], {
    description: `The last verifications, newest first; \`first\` is 1 to ${MAX_FIRST}.`,
  })
  verification(
    @Args('first', { type: () => Int, defaultValue: 1 }) first: number,
    @Context() context: GraphqlContext,
  ): Promise<Verification[]> {
    if (first < 1 || first > MAX_FIRST) throw badInput(`first must be 1 to ${MAX_FIRST}`);
    return this.queries.execute(new VerificationQuestion(context.snapshot, first));
  }

  @Needs('operate')
  @Mutation(() => Job, {
    description:
      'Computes ledger, duplicates and read models anew from the log and compares; nothing served is touched. ' +
      'Watch the job that it answers with; `verification` has the result.',
  })
  async verify(
    @Args('site', { type: () => String, nullable: true }) site: string | null | undefined,
    @Args('from', { type: () => DateScalar, nullable: true }) from: string | null | undefined,
    @Args('to', { type: () => DateScalar, nullable: true }) to: string | null | undefined,
  ): Promise<JobAnswer> {
    if (site != null) checkSiteId('site', site);
    for (const [field, day] of Object.entries({ from, to }))
      if (day != null && !isDay(day))
        throw badInput(`${field} must be a day that exists, from 1970 on, as YYYY-MM-DD`);
    if (from != null && to != null && from > to) throw badInput('from must not be after to');
    const order = Object.fromEntries(Object.entries({ site, from, to }).filter(([, value]) => value != null));
    return ordered(this.pool, 'verify', order);
  }
}
