import { Context, Field, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { Needs } from '#access/needs.js';
import { version } from '#config/version.js';
import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from './context.js';
import { lookAtLog } from './look-at-log.js';
import { LogHeads } from './ports.js';
import { Question } from './question.js';

@ObjectType()
export class SystemStatus {
  @Field()
  version: string;

  @Field({
    description:
      'Whether every acknowledged event is on disk: synced, unsynced, unproven; unavailable while the log is away.',
  })
  durability: string;

  @Field(() => Int)
  partitions: number;
}

export class SystemQuestion extends Question<SystemStatus> {}

// From bad to good: one weak partition makes the whole log weak.
const WORST_FIRST = ['unsynced', 'unproven', 'synced'];

@QueryHandler(SystemQuestion)
export class SystemHandler implements IQueryHandler<SystemQuestion> {
  constructor(private readonly log: LogHeads) {}

  async execute({ snapshot }: SystemQuestion): Promise<SystemStatus> {
    const heads = await lookAtLog(this.log);
    const states = new Set(heads.map((head) => head.durability));
    const durability = WORST_FIRST.find((state) => states.has(state)) ?? 'unavailable';
    const partitions = heads.length > 0 ? heads.length : await partitionsKnown(snapshot);
    return { version, durability, partitions };
  }
}

async function partitionsKnown(snapshot: Snapshot): Promise<number> {
  const [row] = await snapshot.query<{ count: number }>('SELECT count(*)::int AS count FROM partition');
  return row?.count ?? 0;
}

@Resolver(() => SystemStatus)
export class SystemResolver {
  constructor(private readonly queries: QueryBus) {}

  @Needs('signed-in')
  @Query(() => SystemStatus)
  system(@Context() context: GraphqlContext): Promise<SystemStatus> {
    return this.queries.execute(new SystemQuestion(context.snapshot));
  }
}
