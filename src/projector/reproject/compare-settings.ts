import type { ClientBase } from 'pg';
import type { PreviewedDay, PreviewedFigures, PreviewResult } from '#database/preview.js';

const MOST_PATHS = 100;

/** The tables of a served generation, and the site's rows in them under both settings. */
export interface Sides {
  readonly table: string;
  /** Undefined where the site has none. */
  readonly before: number | undefined;
  readonly after: number;
}

interface DayRow {
  readonly day: string;
  readonly before: PreviewedDay;
  readonly after: PreviewedDay;
}

const none: PreviewedFigures = { events: 0, pageViews: 0 };

/** In one snapshot: every day, and in all. @param figures of daily_aggregates @param visitors of unique_visitors */
export async function compareDays(
  client: ClientBase,
  figures: Sides,
  visitors: Sides,
): Promise<Pick<PreviewResult, 'total' | 'days'>> {
  const told = (side: string) =>
    `json_build_object('events', coalesce(${side}.events, 0), 'pageViews', coalesce(${side}.page_views, 0),
       'uniqueVisitors', coalesce(${side}.visitors, 0))`;
  const days = (ofFigures: string, ofVisitors: string) =>
    `SELECT f.day, events, page_views, visitors FROM ${figures.table} f
     LEFT JOIN ${visitors.table} v ON v.row_set = ${ofVisitors} AND v.day = f.day WHERE f.row_set = ${ofFigures}`;
  const { rows } = await client.query<DayRow>(
    `SELECT day::text AS day, ${told('b')} AS before, ${told('a')} AS after
     FROM (${days('$1', '$2')}) b FULL JOIN (${days('$3', '$4')}) a USING (day) ORDER BY day`,
    [figures.before ?? null, visitors.before ?? null, figures.after, visitors.after],
  );
  const total = { before: none, after: none };
  for (const { before, after } of rows) {
    total.before = plus(total.before, before);
    total.after = plus(total.after, after);
  }
  return { total, days: rows.filter(({ before, after }) => differ(before, after)) };
}

/** In one snapshot: the paths whose views change most, over all days. */
export async function comparePaths(client: ClientBase, sides: Sides): Promise<PreviewResult['paths']> {
  const views = `SELECT path, sum(views)::float8 AS views FROM ${sides.table} WHERE row_set =`;
  const { rows } = await client.query<PreviewResult['paths'][number]>(
    `SELECT path, b.views AS before, a.views AS after
     FROM (${views} $1 GROUP BY path) b FULL JOIN (${views} $2 GROUP BY path) a USING (path)
     WHERE b.views IS DISTINCT FROM a.views
     ORDER BY abs(coalesce(a.views, 0) - coalesce(b.views, 0)) DESC, path LIMIT ${MOST_PATHS}`,
    [sides.before ?? null, sides.after],
  );
  return rows;
}

function plus(a: PreviewedFigures, b: PreviewedFigures): PreviewedFigures {
  return { events: a.events + b.events, pageViews: a.pageViews + b.pageViews };
}

function differ(a: PreviewedDay, b: PreviewedDay): boolean {
  return a.events !== b.events || a.pageViews !== b.pageViews || a.uniqueVisitors !== b.uniqueVisitors;
}
