import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What senders have used of their limits, for API processes that count together. The columns are those of rate-limiter-flexible. */
export class RateLimit1700000016000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Worth nothing after a few seconds, so nothing is lost with a crash. Times in milliseconds since the epoch.
    await runner.query(
      'CREATE UNLOGGED TABLE rate_limit (key varchar(255) PRIMARY KEY, points integer NOT NULL, expire bigint)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rate_limit');
  }
}
