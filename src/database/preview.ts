import type { ClientBase, Pool } from 'pg';

/** Order: what other settings of a site would change in its figures. Nothing that is served changes. */
export const PREVIEW = 'preview';

/** As the daily aggregates hold them. */
export interface PreviewedFigures {
  readonly events: number;
  readonly pageViews: number;
}

export interface PreviewedDay extends PreviewedFigures {
  /** Of this day: not to be added up over days. */
  readonly uniqueVisitors: number;
}

/** What came of the order: `before` is what is served, `after` what would be. */
export interface PreviewResult {
  /** Of the settings that were served. */
  readonly revision: number;
  /** The last message of the log that is in both. */
  readonly position: { readonly partition: number; readonly sequence: number };
  /** Over all days. */
  readonly total: { readonly before: PreviewedFigures; readonly after: PreviewedFigures };
  /** Those that differ, as YYYY-MM-DD, ascending; a day without an event on one side is all zeros there. */
  readonly days: readonly {
    readonly day: string;
    readonly before: PreviewedDay;
    readonly after: PreviewedDay;
  }[];
  /** At most 100, the largest change of views first; null: the path is not there. */
  readonly paths: readonly {
    readonly path: string;
    readonly before: number | null;
    readonly after: number | null;
  }[];
}

/** @returns whether it had not ended; what was filled for it is deleted in time. */
export async function cancelPreview(database: Pool | ClientBase, job: number): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE job SET state = 'cancelled', finished_at = now()
     WHERE id = $1 AND kind = $2 AND state IN ('queued', 'running')`,
    [job, PREVIEW],
  );
  return rowCount === 1;
}
