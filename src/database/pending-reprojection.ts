import type { RebuildProgress } from './job-progress.js';
import { JOB_COLUMNS, type Job } from './jobs.js';
import type { RowReader } from './row-reader.js';

/** An order to make the figures of a site anew, with its whole settings. */
export interface Reprojection<Rule> extends Job<RebuildProgress> {
  readonly arguments: {
    readonly site: string;
    readonly timeZone: string;
    readonly rules?: readonly Rule[];
    readonly revision: number;
  };
}

/** The newest order about settings that the figures of the site do not have, also where it failed. */
export async function pendingReprojection<Rule>(
  reader: RowReader,
  site: string,
): Promise<Reprojection<Rule> | undefined> {
  const [job] = await reader.query<Reprojection<Rule>>(
    `SELECT ${JOB_COLUMNS} FROM job
     WHERE kind = 'reproject' AND arguments ->> 'site' = $1
       AND (arguments ->> 'revision')::bigint > (SELECT revision FROM site WHERE name = $1)
     ORDER BY (arguments ->> 'revision')::bigint DESC, id DESC LIMIT 1`,
    [site],
  );
  return job;
}
