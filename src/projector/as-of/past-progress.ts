import type { ClientBase } from 'pg';
import type { JobProgress } from '#database/job-progress.js';
import { tableNames } from '#projection/table.js';
import { projectionOf, type Engine } from '../engine.js';
import type { Generation } from '../generations.js';
import type { LongWork } from '../job-kind.js';
import { progressAfter } from '../reproject/progress.js';
import type { Past } from './past-sets.js';

export const DAILY = 'daily_aggregates';

/** How many events are counted in a row set of a generation of daily aggregates. */
export async function eventsIn(
  engine: Engine,
  client: ClientBase,
  generation: Generation,
  rowSet: number,
): Promise<number> {
  const projection = projectionOf(engine, generation);
  if (!projection) return 0;
  const { rows } = await client.query<{ events: number | null }>(
    `SELECT sum(events)::float8 AS events FROM ${tableNames(projection, generation.number).main} WHERE row_set = $1`,
    [rowSet],
  );
  return rows[0]?.events ?? 0;
}

/** Tells whoever waits for past figures how far they are. */
export class PastProgress {
  private done = 0;
  private total = 0;
  private started = 0;

  constructor(private readonly work: LongWork) {}

  /** What is to come can only be estimated: by how much there is now, and how far in the log the position is. */
  async begin(engine: Engine, client: ClientBase, { site, end }: Past): Promise<void> {
    this.started = performance.now();
    const { rows } = await client.query<Generation & { row_set: number; share: number }>(
      `SELECT g.id, g.projection, g.number, g.version, g.status, r.row_set,
         least(1, $3::float8 / greatest(1, p.sequence)) AS share
       FROM served_generation s JOIN generation g ON g.id = s.generation_id
       JOIN row_set r ON r.generation_id = g.id AND r.site_id = $1 JOIN partition p ON p.partition = $2
       WHERE s.projection = $4`,
      [site.id, site.partition, end.sequence, DAILY],
    );
    const [daily] = rows;
    this.total = daily ? Math.round(daily.share * (await eventsIn(engine, client, daily, daily.row_set))) : 0;
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
