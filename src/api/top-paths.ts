import {
  Args,
  Context,
  Field,
  Float,
  Int,
  ObjectType,
  Parent,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

import { badInput } from './bad-input.js';
import type { GraphqlContext } from './context.js';
import { dailyFigures } from './daily-stats.js';
import type { SiteRow } from './find-site.js';
import { decodeCursor, encodeCursor, type PathCursor } from './path-cursor.js';
import { Question } from './question.js';
import { DateRangeInput, parseRange, type Range } from './range.js';
import { readModel } from './read-model.js';
import { Site } from './site.js';

const MAX_FIRST = 500;
const MAX_PREFIX_BYTES = 2_000;

@ObjectType()
export class PageInfo {
  @Field()
  hasNextPage: boolean;

  @Field(() => String, { nullable: true, description: 'Give it as `after` to get the next page.' })
  endCursor: string | null;
}

@ObjectType()
export class PathFigures {
  @Field()
  path: string;

  @Field(() => Int)
  views: number;

  @Field(() => Float, { description: 'Share of all views in the range, 0 to 1.' })
  share: number;
}

@ObjectType()
export class PathConnection {
  @Field(() => [PathFigures], { description: 'Most viewed first, ties by path.' })
  nodes: PathFigures[];

  @Field(() => Int, { description: 'Paths that match the prefix.' })
  totalCount: number;

  @Field(() => Int, { description: 'Views of all paths in the range, whatever the prefix.' })
  totalViews: number;

  @Field(() => PageInfo)
  pageInfo: PageInfo;
}

export interface PathPage {
  readonly first: number;
  readonly after?: PathCursor | undefined;
  readonly prefix?: string | undefined;
}

export class TopPathsQuestion extends Question<PathConnection> {
  constructor(
    snapshot: Snapshot,
    readonly site: SiteRow,
    readonly range: Range,
    readonly page: PathPage,
  ) {
    super(snapshot);
  }
}

@QueryHandler(TopPathsQuestion)
export class TopPathsHandler implements IQueryHandler<TopPathsQuestion> {
  async execute({ snapshot, site, range, page }: TopPathsQuestion): Promise<PathConnection> {
    const { rows, totalCount } = await pathRows(snapshot, site, range, page);
    const days = await dailyFigures(snapshot, site, range);
    const totalViews = days.reduce((sum, day) => sum + day.pageViews, 0);
    const nodes = rows.slice(0, page.first).map(({ path, views }) => ({
      path,
      views,
      share: totalViews > 0 ? views / totalViews : 0,
    }));
    const last = nodes.at(-1);
    return {
      nodes,
      totalCount,
      totalViews,
      pageInfo: { hasNextPage: rows.length > page.first, endCursor: last ? encodeCursor(last) : null },
    };
  }
}

interface PathRow {
  readonly path: string;
  readonly views: number;
}

/** One row more than asked for, when there is a next page. */
async function pathRows(
  snapshot: Snapshot,
  site: SiteRow,
  range: Range,
  page: PathPage,
): Promise<{ rows: PathRow[]; totalCount: number }> {
  const model = await readModel(snapshot, 'top_paths', site);
  if (!model) return { rows: [], totalCount: 0 };
  const found = await snapshot.query<{ total: number; path: string | null; views: number | null }>(
    `WITH figures AS (
       SELECT path, sum(views)::float8 AS views FROM ${model.table}
       WHERE row_set = $1 AND day BETWEEN $2 AND $3 AND ($4::text IS NULL OR starts_with(path, $4))
       GROUP BY path
     )
     SELECT counted.total, page.path, page.views
     FROM (SELECT count(*)::float8 AS total FROM figures) AS counted
     LEFT JOIN (
       SELECT path, views FROM figures
       WHERE $5::float8 IS NULL OR views < $5 OR (views = $5 AND path > $6 COLLATE "C")
       ORDER BY views DESC, path COLLATE "C" LIMIT $7
     ) AS page ON true
     ORDER BY page.views DESC, page.path COLLATE "C"`,
    [
      model.rowSet,
      range.from,
      range.to,
      page.prefix ?? null,
      page.after?.views ?? null,
      page.after?.path ?? null,
      page.first + 1,
    ],
  );
  return {
    rows: found.flatMap(({ path, views }) => (path !== null && views !== null ? [{ path, views }] : [])),
    totalCount: found[0]?.total ?? 0,
  };
}

@Resolver(() => Site)
export class TopPathsResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => PathConnection, {
    description: `The most viewed paths. \`first\` is 1 to ${MAX_FIRST}; \`prefix\` is taken literally.`,
  })
  async topPaths(
    @Parent() site: SiteRow,
    @Args('range') range: DateRangeInput,
    @Args('first', { type: () => Int, defaultValue: 10 }) first: number,
    @Args('after', { type: () => String, nullable: true }) after: string | null | undefined,
    @Args('prefix', { type: () => String, nullable: true }) prefix: string | null | undefined,
    @Context() context: GraphqlContext,
  ): Promise<PathConnection> {
    if (first < 1 || first > MAX_FIRST) throw badInput(`first must be 1 to ${MAX_FIRST}`);
    const page = {
      first,
      after: after == null ? undefined : decodeCursor(after),
      prefix: prefix == null ? undefined : checkPrefix(prefix),
    };
    return this.queries.execute(new TopPathsQuestion(context.snapshot, site, parseRange(range), page));
  }
}

function checkPrefix(prefix: string): string {
  if (!prefix.includes('\0') && Buffer.byteLength(prefix) <= MAX_PREFIX_BYTES) return prefix;
  throw badInput(`prefix must be at most ${MAX_PREFIX_BYTES} bytes, without NUL characters`);
}
