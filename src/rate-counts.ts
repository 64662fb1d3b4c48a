import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { RateLimiterPostgres } from 'rate-limiter-flexible';

import { PG_POOL } from '#database/pool.js';
import { rateLimiter } from '#database/rate-limiter.js';
import { SharedCounts, type SharedCount } from '#ingest/rate-limits/shared-counts.js';

/** In the table `rate_limit`: one row for each sender, added to in one statement, cleared some time after its window. */
@Injectable()
export class SharedCountsInPostgres extends SharedCounts {
  private counts: RateLimiterPostgres | undefined;

  constructor(@Inject(PG_POOL) private readonly pool: Pool) {
    super();
  }

  override async add(key: string, points: number, seconds: number): Promise<SharedCount> {
    this.counts ??= rateLimiter(this.pool);
    const all = await this.counts.penalty(key, points, { customDuration: seconds });
    return { points: all.consumedPoints, endsIn: all.msBeforeNext };
  }
}
