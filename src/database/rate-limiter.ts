import type { Pool } from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';

/**
 * Counts in the table `rate_limit`, for all processes together. What is too much is decided by whoever counts. Make it when it is
 * first needed: it clears its table from then on.
 */
export const rateLimiter = (pool: Pool): RateLimiterPostgres =>
  new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'rate_limit',
    tableCreated: true,
    keyPrefix: '',
    points: Number.MAX_SAFE_INTEGER,
    duration: 0,
  });
