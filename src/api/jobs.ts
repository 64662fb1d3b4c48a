import { Args, Context, Field, Float, Int, ObjectType, Query, Resolver, Subscription } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { Needs } from '#access/needs.js';
import type { RebuildProgress } from '#database/job-progress.js';
import { findJob, type Job as JobRow } from '#database/jobs.js';
import type { Snapshot } from '#database/snapshot.js';

import { badInput } from './bad-input.js';
import type { ChangeStream } from './change-stream.js';
import { type GraphqlContext, readerOf } from './context.js';
import { jobTitle } from './job-title.js';
import { ProjectorWatch } from './projector-watch.js';
import { Question } from './question.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'Something that an operator ordered; a projector carries it out.' })
export class Job {
  @Field(() => Int)
  id: number;

  @Field()
  kind: string;

  @Field({ description: 'What was ordered, for people: a sentence without its full stop.' })
  title: string;

  @Field({ description: 'queued, running, done, failed or cancelled' })
  state: string;

  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  error: string | null;

  @Field(() => String, { nullable: true, description: 'Null: all of them, or none in particular.' })
  projection: string | null;

  @Field(() => Float, { nullable: true, description: 'Share that is done, 0 to 1; null where not known.' })
  progress: number | null;

  @Field(() => Float, { nullable: true, description: 'Events worked through, where the job counts them.' })
  eventsDone: number | null;

  @Field(() => Float, { nullable: true })
  eventsTotal: number | null;

  @Field(() => Float, { nullable: true, description: 'Events per second.' })
  rate: number | null;

  @Field(() => Float, { nullable: true })
  secondsLeft: number | null;

  @Field(() => DateTimeScalar)
  createdAt: Date;

  @Field(() => DateTimeScalar, { nullable: true })
  startedAt: Date | null;

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt: Date | null;
}

/** A job as it leaves the API, with its row for the fields that only some kinds have. */
export type JobAnswer = Job & { readonly row: JobRow<RebuildProgress> };

export function answerOf(row: JobRow<RebuildProgress>): JobAnswer {
  const { id, kind, state, error, createdAt, startedAt, finishedAt } = row;
  const { eventsDone = null, eventsTotal = null, rate = null, secondsLeft = null } = row.progress;
  const { messagesDone = eventsDone ?? 0, messagesTotal = eventsTotal ?? 0 } = row.progress;
  const about = row.arguments as { projection?: string };
  const share = messagesTotal > 0 ? Math.min(1, messagesDone / messagesTotal) : null;
  return {
    title: jobTitle(kind, about),
    projection: about.projection ?? null,
    progress: state === 'done' ? 1 : share,
    ...{ id, kind, state, error, createdAt, startedAt, finishedAt },
    ...{ eventsDone, eventsTotal, rate, secondsLeft },
    row,
  };
}

export class JobQuestion extends Question<JobAnswer | null> {
  constructor(
    snapshot: Snapshot,
    readonly id: number,
    readonly from: ReturnType<typeof readerOf>,
  ) {
    super(snapshot);
  }
}

@QueryHandler(JobQuestion)
export class JobHandler implements IQueryHandler<JobQuestion> {
  async execute({ id, from }: JobQuestion): Promise<JobAnswer | null> {
    const row = await findJob(from.reader, id, from.tenant);
    return row ? answerOf(row) : null;
  }
}

@Resolver(() => Job)
export class JobResolver {
  constructor(
    private readonly queries: QueryBus,
    private readonly watch: ProjectorWatch,
  ) {}

  @Needs('settings.write', 'dead-letters.manage', 'operate')
  @Query(() => Job, { nullable: true, description: 'How far a job is; null where there is none of this ID.' })
  job(
    @Args('id', { type: () => Int }) id: number,
    @Context() context: GraphqlContext,
  ): Promise<JobAnswer | null> {
    if (id < 1) throw badInput('id must be the ID of a job');
    return this.queries.execute(new JobQuestion(context.snapshot, id, readerOf(context)));
  }

  @Needs('settings.write', 'dead-letters.manage', 'operate')
  @Subscription(() => Job, {
    nullable: true,
    description: 'Pushes at once and whenever the job has come further; null where there is none of this ID.',
    resolve: async (id: number, _args: unknown, context: GraphqlContext) => {
      const { reader, tenant } = readerOf(context);
      const row = await findJob(reader, id, tenant);
      return row ? answerOf(row) : null;
    },
  })
  jobChanged(@Args('id', { type: () => Int }) id: number): ChangeStream<number> {
    if (id < 1) throw badInput('id must be the ID of a job');
    return this.watch.stream(id);
  }
}
