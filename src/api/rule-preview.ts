import { Inject } from '@nestjs/common';
import {
  Args,
  Context,
  Field,
  Int,
  Mutation,
  ObjectType,
  Parent,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import { findJob } from '#database/jobs.js';
import { PG_POOL } from '#database/pool.js';
import { cancelPreview, PREVIEW, type PreviewResult } from '#database/preview.js';
import { rowsOf } from '#database/row-reader.js';
import { asTenant } from '#database/tenant.js';

import { badInput } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { answerOf, Job, type JobAnswer } from './jobs.js';
import { DateScalar } from './scalars.js';

@ObjectType()
export class PreviewedFigures {
  @Field(() => Int)
  events: number;

  @Field(() => Int)
  pageViews: number;
}

@ObjectType()
export class PreviewedDayFigures extends PreviewedFigures {
  @Field(() => Int, { description: 'Of this day alone: not to be added up over days.' })
  uniqueVisitors: number;
}

@ObjectType({ description: 'Over all days.' })
export class PreviewedTotal {
  @Field(() => PreviewedFigures, { description: 'As it is served.' })
  before: PreviewedFigures;

  @Field(() => PreviewedFigures, { description: 'As it would be.' })
  after: PreviewedFigures;
}

@ObjectType()
export class PreviewedDay {
  @Field(() => DateScalar)
  day: string;

  @Field(() => PreviewedDayFigures)
  before: PreviewedDayFigures;

  @Field(() => PreviewedDayFigures)
  after: PreviewedDayFigures;
}

@ObjectType()
export class PreviewedPath {
  @Field()
  path: string;

  @Field(() => Int, { nullable: true, description: 'Page views; null: it is not shown.' })
  before: number | null;

  @Field(() => Int, { nullable: true })
  after: number | null;
}

@ObjectType({ description: 'What a change of rules would come to, against what was served at that moment.' })
export class RulePreview {
  @Field(() => Int, { description: 'Of the settings that were served.' })
  revision: number;

  @Field({ description: 'How much of the log is in both: partition:sequence.' })
  position: string;

  @Field(() => PreviewedTotal)
  total: PreviewedTotal;

  @Field(() => [PreviewedDay], { description: 'Those that differ, in order.' })
  days: readonly PreviewedDay[];

  @Field(() => [PreviewedPath], { description: 'Those that differ, the largest change first, at most 100.' })
  paths: readonly PreviewedPath[];
}

/** What came of a preview, and the way to end one that nobody waits for any more. */
@Resolver(() => Job)
export class RulePreviewResolver {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @ResolveField(() => RulePreview, {
    nullable: true,
    description: 'What a preview found; null until it is done, and for other kinds of jobs.',
  })
  preview(@Parent() { row }: JobAnswer): RulePreview | null {
    if (row.kind !== PREVIEW || row.state !== 'done') return null;
    const { position, ...found } = row.progress.result as PreviewResult;
    return { ...found, position: `${position.partition}:${position.sequence}` };
  }

  @Needs('settings.write')
  @Mutation(() => Job, {
    description: 'Ends a preview; what has ended stays as it is. Nothing that is served changes.',
  })
  async cancelPreview(
    @Args('jobId', { type: () => Int }) jobId: number,
    @Context() { snapshot }: GraphqlContext,
  ): Promise<JobAnswer> {
    const { tenant } = snapshot;
    const job = await asTenant(this.pool, tenant, async (client) => {
      const find = () => findJob(rowsOf(client), jobId, tenant);
      if (jobId < 1 || (await find())?.kind !== PREVIEW) return undefined;
      await cancelPreview(client, jobId);
      return find();
    });
    if (!job) throw badInput('jobId must be the ID of a preview');
    return answerOf(job);
  }
}
