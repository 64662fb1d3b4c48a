import type { JobProgress } from '#database/job-progress.js';
import { JOB_COLUMNS, type Job } from '#database/jobs.js';
import type { Engine } from './engine.js';
import { LeaseLost, messageOf, sqlState } from './errors.js';
import { JobInterrupted, type LongJob } from './job-kind.js';
import { inTransaction } from './session.js';

interface Claimed extends Job {
  readonly epoch: number;
}

/** Carries out the long jobs of one kind, one at a time among all processes unless the kind says otherwise, beside everything else. */
export class LongJobs {
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly engine: Engine,
    private readonly kind: LongJob,
  ) {}

  /** Takes the next jobs where there is room for them here. */
  async look(): Promise<void> {
    while (this.running.size < (this.kind.sideBySide ?? 1) && !this.stopping.signal.aborted) {
      const job = await this.claim();
      if (!job) return;
      const run = this.run(job).finally(() => this.running.delete(run));
      this.running.add(run);
    }
  }

  /** Breaks the job off; another process goes on with it. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  private claim(): Promise<Claimed | undefined> {
    const { pool, owner, limits } = this.engine;
    return inTransaction(pool, async (client) => {
      // Whoever asks at the same time waits here, and then sees what was taken; without it both would take one.
      const { rowCount } = await client.query(
        `SELECT FROM job WHERE kind = $1 AND state IN ('queued', 'running') ORDER BY id FOR UPDATE`,
        [this.kind.kind],
      );
      if (rowCount === 0) return undefined;
      const { rows } = await client.query<Claimed>(
        `UPDATE job SET state = 'running', owner = $2, epoch = epoch + 1, started_at = coalesce(started_at, now()),
           lease_until = now() + $3 * interval '1 ms'
         WHERE id = (
           SELECT id FROM job WHERE kind = $1 AND (state = 'running' AND lease_until < now() OR state = 'queued' AND
             ($4 OR NOT EXISTS (SELECT FROM job r WHERE r.kind = $1 AND r.state = 'running')))
           ORDER BY state DESC, id LIMIT 1)
         RETURNING epoch, ${JOB_COLUMNS}`,
        [this.kind.kind, owner, limits.leaseMs, this.kind.sideBySide !== undefined],
      );
      return rows[0];
    });
  }

  private async run(job: Claimed): Promise<void> {
    const { engine, kind } = this;
    const lost = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, lost.signal]);
    const beat = setInterval(() => {
      // A beat that fails is the database's trouble; the lease then runs out by itself.
      this.update(job, `lease_until = now() + $3 * interval '1 ms'`, [engine.limits.leaseMs]).catch(
        (error: unknown) => error instanceof LeaseLost && lost.abort(),
      );
    }, engine.limits.heartbeatMs);
    const report = (progress: JobProgress) => this.update(job, 'progress = $3', [JSON.stringify(progress)]);
    engine.logger.info({ job: job.id, kind: kind.kind }, 'job taken');
    try {
      const progress = await kind.run(engine, job, { signal, report });
      await this.update(job, `state = 'done', finished_at = now(), progress = $3`, [
        JSON.stringify(progress),
      ]);
      engine.logger.info({ job: job.id, kind: kind.kind }, 'job done');
    } catch (error) {
      await this.broken(job, error, signal.aborted);
    } finally {
      clearInterval(beat);
    }
  }

  /** A database that is away must not fail the job: its lease runs out, and whoever looks then begins it again. */
  private async broken(job: Claimed, error: unknown, ended: boolean): Promise<void> {
    const { logger } = this.engine;
    const detail = messageOf(error);
    const passing = ended || error instanceof JobInterrupted || isOutage(error);
    try {
      if (passing) await this.update(job, 'lease_until = now()', []);
      else await this.update(job, `state = 'failed', error = $3, finished_at = now()`, [detail]);
      logger[passing ? 'info' : 'error'](
        { job: job.id, kind: this.kind.kind, detail },
        passing ? 'job interrupted' : 'job failed',
      );
    } catch (failure) {
      logger.debug({ job: job.id, detail: messageOf(failure) }, 'the end of a job could not be recorded');
    }
  }

  private async update(job: Claimed, change: string, values: readonly unknown[]): Promise<void> {
    const { rowCount } = await this.engine.pool.query(
      `UPDATE job SET ${change} WHERE id = $1 AND epoch = $2 AND state = 'running'`,
      [job.id, job.epoch, ...values],
    );
    if (rowCount !== 1) throw new LeaseLost(`job ${job.id} was taken by another process`);
  }
}

/** Connection, resources, operator; an error without a SQLSTATE of a driver that lost its connection. */
function isOutage(error: unknown): boolean {
  if (error instanceof LeaseLost) return true;
  if (/^(08|53|57)/.test(sqlState(error))) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code);
}
