import type { JobProgress } from '#database/job-progress.js';
import { GenerationsChanged } from '../errors.js';
import type { Reprojected } from './pass.js';

type Progress = Required<Omit<JobProgress, 'result'>>;

/** Keeps, with the job, how far its hindmost row set is. @throws GenerationsChanged where it is no longer under way */
export async function tellProgress({ client, job }: Pick<Reprojected, 'client' | 'job'>): Promise<Progress> {
  const { rows } = await client.query<{ done: number; total: number | null; seconds: number }>(
    `SELECT coalesce((SELECT min(events) FROM spare_row_set WHERE job_id = j.id), 0)::float8 AS done,
       (progress ->> 'eventsTotal')::float8 AS total, extract(epoch FROM now() - started_at)::float8 AS seconds
     FROM job j WHERE id = $1`,
    [job],
  );
  const { done, total, seconds } = rows[0] ?? { done: 0, total: 0, seconds: 0 };
  const progress = progressAfter(seconds, done, total ?? 0);
  const { rowCount } = await client.query(
    `UPDATE job SET progress = $2 WHERE id = $1 AND state = 'running'`,
    [job, JSON.stringify(progress)],
  );
  if (rowCount !== 1) throw new GenerationsChanged('the order is no longer under way');
  return progress;
}

export function progressAfter(seconds: number, done: number, total: number): Progress {
  const eventsTotal = Math.max(done, total);
  const rate = seconds > 0 ? Math.round(done / seconds) : 0;
  const secondsLeft = rate > 0 ? Math.ceil((eventsTotal - done) / rate) : null;
  return { eventsDone: done, eventsTotal, rate, secondsLeft };
}
