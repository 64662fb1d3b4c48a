import { Context, Field, Float, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { projectionStatus, withHeads, type ProjectionFigures } from '#database/projection-status.js';

import type { GraphqlContext } from './context.js';
import { lookAtLog } from './look-at-log.js';
import { LogHeads } from './ports.js';
import { Question } from './question.js';

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

  @Field(() => Float, { description: 'Events per second, lately.' })
  rate: number;

  @Field(() => Int)
  deadLetters: number;

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

  @Field(() => [PartitionStatus])
  partitions: PartitionStatus[];
}

export class ProjectionsQuestion extends Question<ProjectionFigures[]> {}

@QueryHandler(ProjectionsQuestion)
export class ProjectionsHandler implements IQueryHandler<ProjectionsQuestion> {
  constructor(private readonly log: LogHeads) {}

  async execute({ snapshot }: ProjectionsQuestion): Promise<ProjectionFigures[]> {
    const figures = await projectionStatus(snapshot);
    // After the snapshot, so that no head is older than its checkpoint. Without the log: the last head projected.
    const heads = await lookAtLog(this.log);
    return withHeads(figures, new Map(heads.map((head) => [head.partition, head.sequence])));
  }
}

@Resolver(() => ProjectionStatus)
export class ProjectionsResolver {
  constructor(private readonly queries: QueryBus) {}

  @Query(() => [ProjectionStatus], {
    description: 'Every read model and how far each partition of the log is projected.',
  })
  projections(@Context() context: GraphqlContext): Promise<ProjectionFigures[]> {
    return this.queries.execute(new ProjectionsQuestion(context.snapshot));
  }
}
