import { Args, Context, Field, Float, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';

import { Needs } from '#access/needs.js';
import { compareGenerations } from '#database/compare.js';
import { facing, fedGenerations, OrderRefused, projectionNames } from '#database/fed-generations.js';

import { badInput } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { DateRangeInput, parseRange } from './range.js';
import { DateScalar } from './scalars.js';

@ObjectType({ description: 'One measure of one day, in both generations, all sites together.' })
export class ComparedDay {
  @Field(() => DateScalar, { nullable: true, description: 'Null where the projection has no days.' })
  day: string | null;

  @Field({ description: 'A column, or `rows`: how many there are.' })
  measure: string;

  @Field(() => Float, {
    nullable: true,
    description: 'What the day adds up to; null where that says nothing.',
  })
  served: number | null;

  @Field(() => Float, { nullable: true })
  candidate: number | null;

  @Field({ description: 'Whether any row differs, also where the totals are equal.' })
  differs: boolean;
}

@ObjectType({ description: 'A row that is not the same in both.' })
export class DifferingRow {
  @Field(() => DateScalar, { nullable: true })
  day: string | null;

  @Field()
  site: string;

  @Field({ description: 'JSON text: the key columns.' })
  key: string;

  @Field(() => String, {
    nullable: true,
    description: 'JSON text: the measures; null where there is no row.',
  })
  served: string | null;

  @Field(() => String, { nullable: true })
  candidate: string | null;
}

@ObjectType()
export class ProjectionComparison {
  @Field(() => Int)
  served: number;

  @Field(() => Int, { description: 'The generation beside the served one.' })
  candidate: number;

  @Field(() => Float, { description: 'Record batches that the candidate lacks; a swap needs 0.' })
  behind: number;

  @Field(() => Int, { description: 'Days and measures that differ, returned or not.' })
  differences: number;

  @Field(() => [ComparedDay])
  days: ComparedDay[];

  @Field(() => [DifferingRow])
  examples: DifferingRow[];

  @Field(() => [String], { description: 'Columns that only one of the two has; they are not compared.' })
  unlike: string[];
}

@Resolver()
export class ProjectionComparisonResolver {
  @Needs('operate')
  @Query(() => ProjectionComparison, {
    description:
      'What differs between the served generation and the newest build, the kept one, or that generation. By what answers show; ' +
      'the `compare` command also looks at who was counted.',
  })
  async projectionComparison(
    @Args('name') name: string,
    @Args('generation', { type: () => Int, nullable: true }) generation: number | null,
    @Args('range', { type: () => DateRangeInput, nullable: true }) range: DateRangeInput | null,
    @Args('onlyDifferences', { defaultValue: false }) onlyDifferences: boolean,
    @Context() context: GraphqlContext,
  ): Promise<ProjectionComparison> {
    const snapshot = context.snapshot.overAll();
    const days = range ? parseRange(range) : undefined;
    const fed = await fedGenerations(snapshot, name);
    if (fed.length === 0)
      throw badInput(`name must be one of ${(await projectionNames(snapshot)).join(', ')}`);
    const { served, other } = chosen(() => facing(fed, name, generation ?? undefined));
    const found = await compareGenerations(
      snapshot,
      { ...served, generationId: served.id },
      { ...other, generationId: other.id },
      { from: days?.from, to: days?.to, members: false },
    );
    const differing = found.days.filter((each) => each.differs);
    return {
      served: served.number,
      candidate: other.number,
      behind: other.behind,
      differences: differing.length,
      days: onlyDifferences ? differing : [...found.days],
      examples: found.examples.map(({ day, site, key, ...row }) => ({
        day,
        site,
        key: JSON.stringify(key),
        served: row.served && JSON.stringify(row.served),
        candidate: row.candidate && JSON.stringify(row.candidate),
      })),
      unlike: [...found.unlike],
    };
  }
}

function chosen<T>(choose: () => T): T {
  try {
    return choose();
  } catch (error) {
    if (error instanceof OrderRefused) throw badInput(error.message);
    throw error;
  }
}
