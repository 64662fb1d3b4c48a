import type pg from 'pg';
import { JOB_COLUMNS, type Job } from '#database/jobs.js';
import { botList } from '#events/site-rules/bot-list.js';
import type { Engine } from '../engine.js';
import type { Lease } from '../lease.js';
import { PartitionWorker } from '../partition-worker.js';
import { transactionOn } from '../session.js';
import type { KnownSite } from '../sites.js';
import { BuildFailed } from '../stretch.js';
import type { Wanted } from './order.js';
import type { SiteOrder } from './site-orders.js';

/** Carries out a kind of order about the sites of a partition, one after the other. */
export class SiteWorker extends PartitionWorker {
  private holding = false;

  constructor(
    engine: Engine,
    partition: number,
    private readonly order: SiteOrder,
    private readonly around: {
      /** Whether somebody waits for the end of a transaction. */
      readonly awaited: () => boolean;
      /** Called when an order has ended. */
      readonly ended: () => void;
    },
  ) {
    super(engine, partition, 'an order about the settings of a site is interrupted and will be tried again');
  }

  /** Live projection waits until builders of the partition have ended their transactions. */
  get holdsLive(): boolean {
    return this.holding;
  }

  protected override async work(client: pg.Client, lease: Lease): Promise<void> {
    const { engine, around, order: kind } = this;
    const { signal } = this.abort;
    while (!signal.aborted) {
      const order = await this.take(client);
      if (!order) return;
      const { job, site, served } = order;
      const { id, timeZone, revision } = site.settings;
      engine.logger.info({ job, site: id, timeZone, revision }, kind.begun);
      try {
        const filling = kind.filling(
          { engine, client, lease, job, site, served, untried: kind.untried, signal },
          { awaited: around.awaited, holds: (holding) => (this.holding = holding) },
        );
        if (await filling.run()) engine.logger.info({ job, site: id }, kind.done);
      } catch (error) {
        if (!(error instanceof BuildFailed)) throw error;
        engine.logger.error({ job, detail: error.message }, kind.failed);
        await fail(client, job, error.message);
      } finally {
        this.holding = false;
      }
      around.ended();
    }
  }

  /** The next order: one that is under way comes first. */
  private async take(client: pg.Client): Promise<({ readonly job: number } & Wanted) | undefined> {
    const { engine, partition, order: kind } = this;
    return transactionOn(client, async () => {
      const { rows } = await client.query<Job>(
        `SELECT ${JOB_COLUMNS} FROM job WHERE id = (
           SELECT j.id FROM job j JOIN site s ON s.name = j.arguments ->> 'site'
           WHERE j.kind = $2 AND j.state IN ('queued', 'running') AND s.partition = $1
             AND NOT EXISTS (SELECT FROM job z WHERE z.kind = 'rebuild_from_zero' AND z.state = 'running')
             AND coalesce(j.arguments ->> 'botList', $4) = $4
             AND NOT EXISTS (SELECT FROM job o WHERE o.kind = $3 AND o.state IN ('queued', 'running')
               AND o.arguments ->> 'site' = s.name)
           ORDER BY j.state DESC, j.id LIMIT 1)
         AND state IN ('queued', 'running') FOR UPDATE`,
        [partition, kind.kind, kind.after ?? null, botList()],
      );
      const [job] = rows;
      const judged = job && (await kind.judge(client, job.arguments));
      // What there is nothing to do for is ended by whoever looks at jobs.
      const wanted = judged && 'site' in judged ? judged : undefined;
      if (job && wanted) await begin(client, job.id, engine.owner, wanted.site);
      return job && wanted && { job: job.id, ...wanted };
    });
  }
}

async function begin(
  client: pg.Client,
  job: number,
  owner: string,
  { id, partition }: KnownSite,
): Promise<void> {
  const { rows } = await client.query<{ events: number }>(
    `SELECT count(*)::float8 AS events FROM ledger_${partition} WHERE site_id = $1`,
    [id],
  );
  const total = rows[0]?.events ?? 0;
  await client.query(
    `UPDATE job SET state = 'running', owner = $2, epoch = epoch + 1, started_at = coalesce(started_at, now()),
       progress = jsonb_build_object('eventsDone', 0) || progress || jsonb_build_object('eventsTotal', $3::float8)
     WHERE id = $1`,
    [job, owner, total],
  );
}

async function fail(client: pg.Client, job: number, why: string): Promise<void> {
  await client.query(
    `WITH ended AS (
       UPDATE job SET state = 'failed', error = $2, finished_at = now() WHERE id = $1 AND state = 'running' RETURNING id)
     UPDATE spare_row_set SET job_id = NULL, kept_until = now() WHERE job_id IN (SELECT id FROM ended)`,
    [job, why],
  );
}
