import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { StartupError } from '#config/startup-error.js';
import { createPool } from '#database/pool.js';
import type { Projection } from '#projection/types.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';
import { BuildThrottle, type ThrottleOptions } from './build-throttle.js';
import { defaultLimits, type Engine, type Failpoints, type Limits, type ProjectedLog } from './engine.js';
import { ensureGenerations, unknownServedVersion } from './ensure-generations.js';
import { messageOf } from './errors.js';
import { ensurePartitions } from './generations.js';
import { jobKinds } from './job-kinds.js';
import { stepJobs } from './jobs.js';
import { LongJobs } from './long-jobs.js';
import { OrderNotices } from './order-notices.js';
import { PartitionRunner } from './partition-runner.js';
import { within } from './session.js';
import { Sharing, sweepProjectors } from './sharing.js';
import {
  openDeadLetters,
  partitionsWithOrders,
  partitionsWithSiteOrders,
  partitionsWithWork,
} from './status.js';
import { orderNewBotList } from './reproject/bot-list.js';
import { siteOrders } from './reproject/site-orders.js';
import { sweep } from './sweep.js';
import { scheduleVerify, showVerification } from './verify/schedule.js';
import { sweepScratch } from './verify/scratch.js';

export interface ProjectorOptions {
  readonly url: string;
  readonly log: ProjectedLog;
  readonly projections: readonly Projection[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Names this projector in leases; must be unique. */
  readonly owner?: string;
  readonly limits?: Partial<Limits>;
  readonly failpoints?: Failpoints;
  /** Share of the machine that building may take, above 0 to 1; default 1. */
  readonly rebuildShare?: number;
  /** Where several threads of this process project. */
  readonly throttle?: Pick<ThrottleOptions, 'threads' | 'paid'>;
}

const STOP_PATIENCE = 5_000;

/** Keeps the read models equal to the log: holds its share of the partitions, and carries out jobs. Any number may run. */
export class Projector {
  private readonly engine: Engine;
  private readonly runners = new Map<number, PartitionRunner>();
  private readonly longJobs: readonly LongJobs[];
  private readonly orders: OrderNotices;
  private readonly sharing: Sharing;
  private timer: NodeJS.Timeout | undefined;
  /** The next look is due at once. */
  private due = false;
  private ticking: Promise<void> = Promise.resolve();
  private stopping = false;
  private ended: Promise<void> | undefined;
  private prepared = 0;
  private sweptAt = 0;
  private trouble: string | undefined;
  private unknown: string | undefined;

  constructor(options: ProjectorOptions) {
    this.engine = {
      url: options.url,
      // For everything but the batches, which have connections of their own.
      pool: createPool(options.url, {
        max: 4,
        applicationName: 'tidemark projector',
        logger: options.logger,
      }),
      log: options.log,
      projections: options.projections,
      logger: options.logger,
      metrics: options.metrics,
      owner: options.owner ?? `${hostname().slice(0, 20)}-${process.pid}-${randomBytes(3).toString('hex')}`,
      limits: { ...defaultLimits, ...options.limits },
      failpoints: options.failpoints ?? {},
      buildThrottle: new BuildThrottle(options.rebuildShare ?? 1, options.throttle),
    };
    this.sharing = new Sharing(this.engine);
    this.orders = new OrderNotices(this.engine, () => this.hear());
    this.longJobs = jobKinds.flatMap((kind) => ('run' in kind ? [new LongJobs(this.engine, kind)] : []));
  }

  /** Returns once it looked for partitions. @throws StartupError where this code must not project into this database. */
  async start(): Promise<void> {
    await this.tick(true);
    this.schedule();
  }

  /** Finishes or aborts the batch in hand and releases the leases, within five seconds. */
  stop(): Promise<void> {
    this.ended ??= this.finish();
    return this.ended;
  }

  private async finish(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    const runners = [...this.runners.values()].map((runner) => runner.stop());
    const jobs = this.longJobs.map((each) => each.stop());
    const withdrawn = this.ticking.then(() => this.sharing.withdraw());
    await within(STOP_PATIENCE, Promise.allSettled([withdrawn, ...runners, ...jobs]));
    await this.orders.stop();
    await within(500, this.engine.pool.end());
  }

  /** Partitions of this projector that stand still, and why. */
  get stopped(): readonly { partition: number; reason: string }[] {
    return [...this.runners.values()].flatMap(({ partition, stoppedReason }) =>
      stoppedReason === undefined ? [] : [{ partition, reason: stoppedReason }],
    );
  }

  /** Partitions that this projector holds or is about to take. */
  get partitions(): readonly number[] {
    return [...this.runners.keys()].sort((a, b) => a - b);
  }

  private schedule(): void {
    if (this.stopping) return;
    const wait = this.due ? 0 : this.engine.limits.tickMs;
    this.due = false;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.ticking = this.tick(false).finally(() => this.schedule());
    }, wait);
  }

  private hear(): void {
    this.due = true;
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.schedule();
  }

  private async tick(starting: boolean): Promise<void> {
    try {
      await this.orders.listen();
      await this.prepare();
      await this.takePartitions();
      // Before the jobs: one that waits for the end of a build must look once more after it.
      for (const partition of await partitionsWithWork(this.engine.pool, this.partitions))
        this.runners.get(partition)?.build();
      await this.doJobs();
      for (const partition of await partitionsWithOrders(this.engine.pool, this.partitions))
        this.runners.get(partition)?.settle();
      const kinds = siteOrders.map((each) => each.kind);
      for (const { partition, kind } of await partitionsWithSiteOrders(
        this.engine.pool,
        this.partitions,
        kinds,
      ))
        this.runners.get(partition)?.changeSites(kind);
      if (Date.now() - this.sweptAt > this.engine.limits.sweepMs) await this.sweep();
      if (this.trouble !== undefined) this.engine.logger.info('the database answers again');
      this.trouble = undefined;
    } catch (error) {
      if (starting && error instanceof StartupError) throw error;
      const detail = messageOf(error);
      const level = this.trouble === undefined && !this.stopping ? 'warn' : 'debug';
      this.engine.logger[level](
        { detail },
        'the projector cannot look for partitions and jobs; it keeps trying',
      );
      this.trouble = detail;
    }
  }

  private async doJobs(): Promise<void> {
    for (const kind of jobKinds) {
      if (!('step' in kind)) continue;
      while (!this.stopping && (await stepJobs(this.engine, kind))) {
        this.sweptAt = 0;
        // It may have made generations that are to be built.
        this.due = true;
      }
    }
    for (const each of this.longJobs) await each.look();
  }

  /** Rows for every partition of the log, which may become more, and generations for every projection. */
  private async prepare(): Promise<void> {
    const { pool, log, projections, logger } = this.engine;
    if (this.prepared === log.partitions) return;
    const partitions = log.partitions;
    await ensurePartitions(pool, partitions);
    await ensureGenerations(pool, projections, logger);
    await orderNewBotList(pool);
    this.prepared = partitions;
  }

  private async takePartitions(): Promise<void> {
    if (await this.outdated()) return;
    const { take, give } = await this.sharing.look();
    for (const partition of take) {
      if (this.stopping || this.runners.has(partition)) continue;
      const runner = new PartitionRunner(this.engine, partition, () => this.hear());
      this.runners.set(partition, runner);
      void runner.done.finally(() => this.runners.delete(partition));
    }
    if (give !== undefined) this.handOver(give);
  }

  /** One at a time. Another projector takes it once its lease is given back. */
  private handOver(partition: number): void {
    const { logger, owner } = this.engine;
    const runners = [...this.runners.values()];
    if (this.stopping || runners.some((runner) => runner.leaving)) return;
    void this.runners
      .get(partition)
      ?.stop()
      .then(() => logger.info({ partition, owner }, 'partition handed over to a projector with fewer'));
  }

  /** During a rollout another process may serve a version that only newer code has: then the partitions are its. */
  private async outdated(): Promise<boolean> {
    const { pool, projections, logger } = this.engine;
    const reason = await unknownServedVersion(pool, projections);
    if (reason !== undefined && reason !== this.unknown)
      logger.warn({ reason }, 'this projector gives its partitions to newer ones');
    this.unknown = reason;
    if (reason === undefined) return false;
    await this.sharing.withdraw();
    await Promise.all([...this.runners.values()].map((runner) => runner.stop()));
    // Whoever takes a partition clears it.
    await pool.query(
      'UPDATE partition SET stopped_reason = $1 WHERE owner IS NULL AND stopped_reason IS DISTINCT FROM $1',
      [reason],
    );
    return true;
  }

  private async sweep(): Promise<void> {
    this.sweptAt = Date.now();
    await sweep(this.engine);
    await sweepScratch(this.engine);
    await sweepProjectors(this.engine.pool);
    await scheduleVerify(this.engine);
    await showVerification(this.engine);
    const { pool, metrics } = this.engine;
    const open = await openDeadLetters(pool, this.partitions);
    metrics.openDeadLetters.reset();
    for (const { open: letters, ...labels } of open) metrics.openDeadLetters.set({ ...labels }, letters);
  }
}
