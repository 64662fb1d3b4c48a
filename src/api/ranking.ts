import { Field, ObjectType } from '@nestjs/graphql';

import type { Snapshot } from '#database/snapshot.js';

import { badInput } from './bad-input.js';
import { encodeRankCursor, type RankCursor } from './rank-cursor.js';
import type { Range } from './range.js';
import type { ReadModel } from './read-model.js';

export const MAX_FIRST = 500;

@ObjectType()
export class PageInfo {
  @Field()
  hasNextPage: boolean;

  @Field(() => String, { nullable: true, description: 'Give it as `after` to get the next page.' })
  endCursor: string | null;
}

export interface RankPage {
  /** 1 to MAX_FIRST. */
  readonly first: number;
  readonly after?: RankCursor | undefined;
  /** How values begin, literally. */
  readonly prefix?: string | undefined;
}

export interface Ranked {
  readonly value: string;
  readonly views: number;
}

export interface Ranking {
  /** Most views first, ties by value bytewise. */
  readonly rows: readonly Ranked[];
  /** Different values that match. */
  readonly totalCount: number;
  /** Their views. */
  readonly totalViews: number;
  readonly pageInfo: PageInfo;
}

export const NO_RANKING: Ranking = {
  rows: [],
  totalCount: 0,
  totalViews: 0,
  pageInfo: { hasNextPage: false, endCursor: null },
};

/** @throws BAD_USER_INPUT */
export function checkFirst(first: number): number {
  if (first < 1 || first > MAX_FIRST) throw badInput(`first must be 1 to ${MAX_FIRST}`);
  return first;
}

/**
 * The values of a text column of a read model of page views by day; with `known`, without the empty one.
 *
 * @param column a name of ours: it becomes part of the SQL
 */
export async function rank(
  snapshot: Snapshot,
  model: ReadModel,
  { column, known = false }: { readonly column: string; readonly known?: boolean },
  range: Range,
  page: RankPage,
): Promise<Ranking> {
  // One row more than asked for, when there is a next page.
  const found = await snapshot.query<{
    total: number;
    sum: number;
    value: string | null;
    views: number | null;
  }>(
    `WITH figures AS (
       SELECT ${column} AS value, sum(views)::float8 AS views FROM ${model.table}
       WHERE row_set = $1 AND day BETWEEN $2 AND $3 AND ($4::text IS NULL OR starts_with(${column}, $4))
         ${known ? `AND ${column} <> ''` : ''}
       GROUP BY ${column}
     )
     SELECT counted.total, counted.sum, page.value, page.views
     FROM (SELECT count(*)::float8 AS total, coalesce(sum(views), 0) AS sum FROM figures) AS counted
     LEFT JOIN (
       SELECT value, views FROM figures
       WHERE $5::float8 IS NULL OR views < $5 OR (views = $5 AND value > $6 COLLATE "C")
       ORDER BY views DESC, value COLLATE "C" LIMIT $7
     ) AS page ON true
     ORDER BY page.views DESC, page.value COLLATE "C"`,
    [
      model.rowSet,
      range.from,
      range.to,
      page.prefix ?? null,
      page.after?.views ?? null,
      page.after?.value ?? null,
      page.first + 1,
    ],
  );
  const all = found.flatMap(({ value, views }) =>
    value !== null && views !== null ? [{ value, views }] : [],
  );
  const rows = all.slice(0, page.first);
  const last = rows.at(-1);
  return {
    rows,
    totalCount: found[0]?.total ?? 0,
    totalViews: found[0]?.sum ?? 0,
    pageInfo: { hasNextPage: all.length > page.first, endCursor: last ? encodeRankCursor(last) : null },
  };
}
