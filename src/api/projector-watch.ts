import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';

import { LOGGER } from '#config/tokens.js';
import { READ_POOL } from '#database/pool.js';
import { lookOverAll } from '#database/tenant.js';
import type { Logger } from '#telemetry/logger.js';

import { ChangeStream } from './change-stream.js';
import { lookAtLog } from './look-at-log.js';
import { LogHeads } from './ports.js';

const POLL_MS = 500;

/**
 * Tells subscriptions of jobs and projections when to read again. One small query and one
 * look at the log, twice a second, serve them all, and none while nobody watches.
 */
@Injectable()
export class ProjectorWatch implements OnModuleDestroy {
  private readonly streams = new Set<ChangeStream<unknown>>();
  private timer: NodeJS.Timeout | undefined;
  private seen: string | undefined;
  private failed = false;

  constructor(
    @Inject(READ_POOL) private readonly pool: Pool,
    private readonly log: LogHeads,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Pushes `value` at once, and whenever a job, a generation, a checkpoint or the log has moved. */
  stream<T>(value: T): ChangeStream<T> {
    const stream = new ChangeStream<T>(
      () => Promise.resolve(value),
      () => this.drop(stream),
      POLL_MS,
    );
    this.streams.add(stream);
    if (this.streams.size === 1) void this.poll();
    return stream;
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
    for (const stream of [...this.streams]) void stream.return();
  }

  private drop(stream: ChangeStream<unknown>): void {
    this.streams.delete(stream);
    if (this.streams.size === 0) clearTimeout(this.timer);
  }

  private async poll(): Promise<void> {
    clearTimeout(this.timer);
    try {
      // The log's own heads, because with no projector nothing in the database says that it grows.
      const [heads, rows] = await Promise.all([
        lookAtLog(this.log),
        lookOverAll<{ state: string }>(this.pool, STATE),
      ]);
      const state = `${rows[0]?.state}|${heads.map(({ sequence }) => sequence).join()}`;
      // The first look may come after a change that the first push did not show yet: one push more costs little.
      if (state !== this.seen || this.failed) this.streams.forEach((stream) => stream.poke());
      this.seen = state;
      this.failed = false;
    } catch (error) {
      if (!this.failed)
        this.logger.warn({ err: error }, 'subscriptions cannot look at the database; trying again');
      this.failed = true;
    }
    clearTimeout(this.timer);
    if (this.streams.size > 0) this.timer = setTimeout(() => void this.poll(), POLL_MS);
  }
}

const STATE = `SELECT concat_ws('|',
  (SELECT string_agg(projection || ':' || generation_id, ',' ORDER BY projection) FROM served_generation),
  (SELECT string_agg(id || status, ',' ORDER BY id) FROM generation WHERE status <> 'retired'),
  (SELECT string_agg(c.generation_id || ':' || c.sequence, ',' ORDER BY c.generation_id, c.partition) FROM checkpoint c),
  (SELECT string_agg(concat(head_sequence, ':', rate, lease_until >= now(), stopped_reason), ',' ORDER BY partition) FROM partition),
  (SELECT concat(count(*), ':', max(id)) FROM dead_letter),
  (SELECT string_agg(concat(id, state, md5(progress::text)), ',' ORDER BY id) FROM job
   WHERE state IN ('queued', 'running') OR finished_at > now() - interval '1 minute')) AS state`;
