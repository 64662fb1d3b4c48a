import { Context, Field, Float, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

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

export class ProjectionsQuestion extends Question<ProjectionStatus[]> {}

@QueryHandler(ProjectionsQuestion)
export class ProjectionsHandler implements IQueryHandler<ProjectionsQuestion> {
  constructor(private readonly log: LogHeads) {}

  async execute({ snapshot }: ProjectionsQuestion): Promise<ProjectionStatus[]> {
    const rows = await statusRows(snapshot);
    // After the snapshot, so that no head is older than its checkpoint. Without the log: the last head projected.
    const heads = await lookAtLog(this.log);
    const headOf = new Map(heads.map((head) => [head.partition, head.sequence]));
    const statuses = new Map<string, ProjectionStatus>();
    for (const row of rows) {
      const key = `${row.name} ${row.generation}`;
      const status = statuses.get(key) ?? statusOf(row);
      statuses.set(key, status);
      if (row.partition === null) continue;
      const head = Math.max(headOf.get(row.partition) ?? row.head, row.checkpoint);
      status.partitions.push({
        partition: row.partition,
        checkpoint: row.checkpoint,
        head,
        lag: head - row.checkpoint,
        rate: row.rate,
        deadLetters: row.deadLetters,
        stoppedReason: row.stoppedReason,
      });
    }
    return [...statuses.values()];
  }
}

function statusOf(row: StatusRow): ProjectionStatus {
  return {
    name: row.name,
    version: row.version,
    generation: row.generation,
    status: row.status,
    partitions: [],
  };
}

interface StatusRow extends Omit<PartitionStatus, 'partition' | 'lag'> {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly status: string;
  /** Null before any partition exists. */
  readonly partition: number | null;
}

/** Generations that are being built, served or kept; dead letters of a whole message count for every generation. */
function statusRows(snapshot: Snapshot): Promise<StatusRow[]> {
  return snapshot.query<StatusRow>(
    `SELECT g.projection AS name, g.version, g.number AS generation, g.status, p.partition,
            coalesce(c.sequence, 0)::float8 AS checkpoint, coalesce(p.head_sequence, 0)::float8 AS head,
            coalesce(p.rate, 0)::float8 AS rate, p.stopped_reason AS "stoppedReason",
            (SELECT count(*)::float8 FROM dead_letter d WHERE d.partition = p.partition AND d.status = 'open'
               AND (d.generation_id = g.id OR d.generation_id IS NULL)) AS "deadLetters"
     FROM generation g LEFT JOIN partition p ON true
     LEFT JOIN checkpoint c ON c.partition = p.partition AND c.generation_id = g.id
     WHERE g.status <> 'retired'
     ORDER BY g.projection COLLATE "C", g.number, p.partition`,
  );
}

@Resolver(() => ProjectionStatus)
export class ProjectionsResolver {
  constructor(private readonly queries: QueryBus) {}

  @Query(() => [ProjectionStatus], {
    description: 'Every read model and how far each partition of the log is projected.',
  })
  projections(@Context() context: GraphqlContext): Promise<ProjectionStatus[]> {
    return this.queries.execute(new ProjectionsQuestion(context.snapshot));
  }
}
