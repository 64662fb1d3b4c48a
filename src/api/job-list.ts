import { Args, Context, Int, Query, Resolver, Subscription } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { Needs } from '#access/needs.js';
import { recentJobs } from '#database/jobs.js';
import type { Snapshot } from '#database/snapshot.js';

import { badInput } from './bad-input.js';
import type { ChangeStream } from './change-stream.js';
import type { GraphqlContext } from './context.js';
import { answerOf, Job, type JobAnswer } from './jobs.js';
import { ProjectorWatch } from './projector-watch.js';
import { Question } from './question.js';

const MAX_FIRST = 100;
const FIRST = { type: () => Int, defaultValue: 20 };

export class JobsQuestion extends Question<JobAnswer[]> {
  constructor(
    snapshot: Snapshot,
    readonly first: number,
  ) {
    super(snapshot);
  }
}

@QueryHandler(JobsQuestion)
export class JobsHandler implements IQueryHandler<JobsQuestion> {
  async execute({ snapshot, first }: JobsQuestion): Promise<JobAnswer[]> {
    return (await recentJobs(snapshot.overAll(), first)).map(answerOf);
  }
}

/** What was ordered lately, by whomever: on the page, from the command line, or by the schedule. */
@Resolver(() => Job)
export class JobListResolver {
  constructor(
    private readonly queries: QueryBus,
    private readonly watch: ProjectorWatch,
  ) {}

  @Needs('operate')
  @Query(() => [Job], {
    description: `The newest jobs and, however old, all that have not ended, newest first; \`first\` is 1 to ${MAX_FIRST}.`,
  })
  jobs(@Args('first', FIRST) first: number, @Context() context: GraphqlContext): Promise<JobAnswer[]> {
    checkFirst(first);
    return this.queries.execute(new JobsQuestion(context.snapshot, first));
  }

  @Needs('operate')
  @Subscription(() => [Job], {
    description: 'The same, at once and at each change, at most twice a second.',
    resolve(this: JobListResolver, first: number, _args: unknown, context: GraphqlContext) {
      return this.jobs(first, context);
    },
  })
  jobsChanged(@Args('first', FIRST) first: number): ChangeStream<number> {
    checkFirst(first);
    return this.watch.stream(first);
  }
}

function checkFirst(first: number): void {
  if (first < 1 || first > MAX_FIRST) throw badInput(`first must be 1 to ${MAX_FIRST}`);
}
