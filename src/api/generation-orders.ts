import { Inject } from '@nestjs/common';
import { Args, Int, Mutation, Resolver } from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import {
  fedGenerations,
  OrderRefused,
  projectionNames,
  retireTargets,
  rollbackTarget,
  swapTarget,
  type FedGeneration,
} from '#database/fed-generations.js';
import { PG_POOL } from '#database/pool.js';
import { rowsOf } from '#database/row-reader.js';

import { badInput } from './bad-input.js';
import { Job, type JobAnswer } from './jobs.js';
import { ordered } from './ordered.js';

/** The orders of an operator about generations: each is checked, becomes a job, and a projector carries it out. */
@Resolver()
export class GenerationOrdersResolver {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @Needs('operate')
  @Mutation(() => Job, {
    description:
      'Builds a new generation from the log beside the served one; `swap` serves it when it is complete.',
  })
  rebuildProjection(
    @Args('name') name: string,
    @Args('swap', { defaultValue: false }) swap: boolean,
  ): Promise<JobAnswer> {
    return this.order('rebuild', name, { swap }, () => undefined);
  }

  @Needs('operate')
  @Mutation(() => Job, {
    description:
      'Serves the newest build, or that generation; refused while it is behind, or where `served` is not the served one any more.',
  })
  swapProjection(
    @Args('name') name: string,
    @Args('generation', { type: () => Int, nullable: true }) generation?: number,
    @Args('served', { type: () => Int, nullable: true }) served?: number,
  ): Promise<JobAnswer> {
    return this.order('swap', name, { generation, served }, (fed) => swapTarget(fed, name, generation));
  }

  @Needs('operate')
  @Mutation(() => Job, { description: 'Serves the generation that was served before; it was kept and fed.' })
  rollbackProjection(@Args('name') name: string): Promise<JobAnswer> {
    return this.order('rollback', name, {}, (fed) => rollbackTarget(fed, name));
  }

  @Needs('operate')
  @Mutation(() => Job, {
    description:
      'Drops the kept generations, or that one, which may be one that is being built; never the served one.',
  })
  retireProjection(
    @Args('name') name: string,
    @Args('generation', { type: () => Int, nullable: true }) generation?: number,
  ): Promise<JobAnswer> {
    return this.order('retire', name, { generation }, (fed) => retireTargets(fed, name, generation));
  }

  /** What cannot be carried out as things stand is refused at once; the job looks again when it is carried out. */
  private async order(
    kind: string,
    projection: string,
    details: Readonly<Record<string, unknown>>,
    check: (fed: FedGeneration[]) => unknown,
  ): Promise<JobAnswer> {
    const given = Object.entries(details).filter(([, value]) => value !== undefined && value !== null);
    // What generations there are is no tenant's: these tables have no policies.
    const reader = rowsOf(this.pool);
    const fed = await fedGenerations(reader, projection);
    if (fed.length === 0) throw badInput(`name must be one of ${(await projectionNames(reader)).join(', ')}`);
    try {
      check(fed);
    } catch (error) {
      if (error instanceof OrderRefused) throw badInput(error.message);
      throw error;
    }
    return ordered(this.pool, kind, { projection, ...Object.fromEntries(given) });
  }
}
