import { Context, Field, Float, Int, ObjectType, Query, Resolver, Subscription } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { Needs } from '#access/needs.js';
import { projectionStatus, withHeads, type ProjectionFigures } from '#database/projection-status.js';

import type { ChangeStream } from './change-stream.js';
import type { GraphqlContext } from './context.js';
import { lookAtLog } from './look-at-log.js';
import { LogHeads } from './ports.js';
import { ProjectorWatch } from './projector-watch.js';
import { Question } from './question.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType()
export class PartitionStatus {
  @Field(() => Int)
  partition: number;

  @Field(() => Float, { description: 'The last message of the log that the figures include.' })
  checkpoint: number;

  @Field(() => Float, { description: 'The last message of the log.' })
  head: number;

  @Field(() => Float, { description: 'Messages still to be projected.' })
  lag: number;

  @Field(() => Float, {
    description: 'Events per second, lately: of the build while it is behind, else of live projection.',
  })
  rate: number;

  @Field(() => Int)
  deadLetters: number;

  @Field({
    description: 'Whether a projector holds the partition; while none does, the figures stand still.',
  })
  held: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The projector that holds the partition, or held it last until its lease ran out.',
  })
  owner: string | null;

  @Field(() => String, { nullable: true, description: 'Why the partition stands still; null while it runs.' })
  stoppedReason: string | null;
}

@ObjectType()
export class ProjectionStatus {
  @Field()
  name: string;

  @Field(() => Int)
  version: number;

  @Field(() => Int)
  generation: number;

  @Field({ description: 'building, served or kept' })
  status: string;

  @Field(() => DateTimeScalar)
  createdAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was switched to last.' })
  servedAt: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when it is kept for a rollback.' })
  keptUntil: Date | null;

  @Field(() => [PartitionStatus])
  partitions: PartitionStatus[];
}

export class ProjectionsQuestion extends Question<ProjectionFigures[]> {}

@QueryHandler(ProjectionsQuestion)
export class ProjectionsHandler implements IQueryHandler<ProjectionsQuestion> {
  constructor(private readonly log: LogHeads) {}

  async execute({ snapshot }: ProjectionsQuestion): Promise<ProjectionFigures[]> {
    const figures = await projectionStatus(snapshot.overAll());
    // After the snapshot, so that no head is older than its checkpoint. Without the log: the last head projected.
    const heads = await lookAtLog(this.log);
    return withHeads(figures, new Map(heads.map((head) => [head.partition, head.sequence])));
  }
}

@Resolver(() => ProjectionStatus)
export class ProjectionsResolver {
  constructor(
    private readonly queries: QueryBus,
    private readonly watch: ProjectorWatch,
  ) {}

  @Needs('operate')
  @Query(() => [ProjectionStatus], {
    description: 'Every read model and how far each partition of the log is projected.',
  })
  projections(@Context() context: GraphqlContext): Promise<ProjectionFigures[]> {
    return this.queries.execute(new ProjectionsQuestion(context.snapshot));
  }

  @Needs('operate')
  @Subscription(() => [ProjectionStatus], {
    description: 'The same, at once and at each change, at most twice a second.',
    resolve(this: ProjectionsResolver, _changed: true, _args: unknown, context: GraphqlContext) {
      return this.projections(context);
    },
  })
  projectionsChanged(): ChangeStream<true> {
    return this.watch.stream(true);
  }
}
