import { Inject } from '@nestjs/common';
import {
  Args,
  Context,
  Field,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Parent,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import {
  DISCARD_DEAD_LETTERS,
  LONGEST_NOTE,
  refusalOf,
  RETRY_DEAD_LETTERS,
  type DeadLetterResult,
  type DeadLetterSelection,
} from '#database/dead-letter-orders.js';
import { PG_POOL } from '#database/pool.js';
import { findDeadLetter } from '#database/dead-letters.js';

import { badInput } from './bad-input.js';
import { type GraphqlContext, readerOf } from './context.js';
import { checkNames, DeadLetterNarrowing } from './dead-letters.js';
import { Job, type JobAnswer } from './jobs.js';
import { ordered } from './ordered.js';

@InputType({ description: 'Either one by its `id`, or all open ones that match the other fields.' })
export class DeadLetterSelectionInput extends DeadLetterNarrowing {
  @Field(() => Int, { nullable: true })
  id?: number | null;
}

@ObjectType({ description: 'What an order about dead letters came to so far.' })
export class DeadLetterOutcome implements DeadLetterResult {
  @Field(() => Int, { description: 'Counted now.' })
  retried: number;

  @Field(() => Int, { description: 'Failed again; they stay open, with the new reason.' })
  failed: number;

  @Field(() => Int, { description: 'Not tried: no projector runs the code that fills their tables.' })
  skipped: number;

  @Field(() => Int)
  discarded: number;
}

/** Writes a row of the job table and nothing else: a projector does what it says. */
@Resolver(() => Job)
export class DeadLetterOrdersResolver {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @Needs('dead-letters.manage', 'operate')
  @Mutation(() => Job, {
    description:
      'Projects dead letters again, once the projection is mended. Watch the job that it answers with.',
  })
  retryDeadLetters(
    @Args('selection', { type: () => DeadLetterSelectionInput }) selection: DeadLetterSelectionInput,
    @Context() context: GraphqlContext,
  ): Promise<JobAnswer> {
    return this.order(context, RETRY_DEAD_LETTERS, checkSelection(selection));
  }

  @Needs('dead-letters.manage', 'operate')
  @Mutation(() => Job, { description: `Leaves dead letters out for good; \`note\` says why.` })
  discardDeadLetters(
    @Args('selection', { type: () => DeadLetterSelectionInput }) selection: DeadLetterSelectionInput,
    @Args('note', { type: () => String }) note: string,
    @Context() context: GraphqlContext,
  ): Promise<JobAnswer> {
    if (note.trim() === '' || note.length > LONGEST_NOTE || note.includes('\0')) {
      throw badInput(`note must be 1 to ${LONGEST_NOTE} characters that say why`);
    }
    return this.order(context, DISCARD_DEAD_LETTERS, checkSelection(selection), { note });
  }

  @ResolveField(() => DeadLetterOutcome, { nullable: true, description: 'Null for other kinds of jobs.' })
  deadLetters(@Parent() { row }: JobAnswer): DeadLetterOutcome | null {
    if (row.kind !== RETRY_DEAD_LETTERS && row.kind !== DISCARD_DEAD_LETTERS) return null;
    const nothing = { retried: 0, failed: 0, skipped: 0, discarded: 0 };
    return { ...nothing, ...(row.progress.result as Partial<DeadLetterOutcome> | undefined) };
  }

  private async order(
    context: GraphqlContext,
    kind: typeof RETRY_DEAD_LETTERS | typeof DISCARD_DEAD_LETTERS,
    selection: DeadLetterSelection,
    more: { note?: string } = {},
  ): Promise<JobAnswer> {
    const { reader, tenant } = readerOf(context);
    if (selection.id === undefined && selection.site === undefined && !tenant.everything)
      throw badInput('selection must name a site, or one dead letter by id');
    const refusal = await refusalOf(reader, kind, selection, tenant);
    if (refusal !== undefined) throw badInput(refusal);
    const { id } = selection;
    // Whoever may see the letter may see the order: it is told by the site.
    const letter = id === undefined ? undefined : await findDeadLetter(reader, id, tenant);
    const site = letter?.site ?? selection.site;
    return ordered(this.pool, kind, { ...selection, site, ...more });
  }
}

function checkSelection({ id, ...names }: DeadLetterSelectionInput): DeadLetterSelection {
  const filter = checkNames('selection', names);
  const narrows = Object.values(filter).some((each) => each !== undefined);
  if ((id == null) !== narrows) {
    throw badInput('selection must name one dead letter by id, or several by site, projection or reason');
  }
  return { ...filter, id: id ?? undefined };
}
