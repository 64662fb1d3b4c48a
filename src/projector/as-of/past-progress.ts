import type { ClientBase } from 'pg';
import type { JobProgress } from '#database/job-progress.js';
import type { LongWork } from '../job-kind.js';
import { progressAfter } from '../reproject/progress.js';
import type { Past } from './past-sets.js';

/** Tells whoever waits for past figures how far they are. */
export class PastProgress {
  private done = 0;
  private total = 0;
  private started = 0;

  constructor(private readonly work: LongWork) {}

  /** What is to come can only be estimated: the ledger does not know its events by position. */
  async begin(client: ClientBase, { site, end }: Past): Promise<void> {
    this.started = performance.now();
    const { rows } = await client.query<{ events: number }>(
      `SELECT (count(*) * least(1, $3::float8 / greatest(1, (SELECT sequence FROM partition WHERE partition = $2))))::float8 AS events
       FROM ledger_${Number(site.partition)} WHERE site_id = $1`,
      [site.id, site.partition, end.sequence],
    );
    this.total = Math.round(rows[0]?.events ?? 0);
  }

  async tell(client: ClientBase, { job }: Past): Promise<void> {
    const { rows } = await client.query<{ events: number | null }>(
      'SELECT min(events)::float8 AS events FROM spare_row_set WHERE job_id = $1',
      [job],
    );
    this.done = rows[0]?.events ?? 0;
    await this.work.report(this.told());
  }

  /** @param made false: nobody waited for them any more */
  end(made: boolean): JobProgress {
    this.total = this.done;
    return { ...this.told(), secondsLeft: 0, result: { made } };
  }

  private told(): JobProgress {
    return progressAfter((performance.now() - this.started) / 1000, this.done, this.total);
  }
}
