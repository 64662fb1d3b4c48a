import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What verifications came to: one row each, by the ID of its job. */
export class Verification1700000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE verification (
      id bigint PRIMARY KEY,
      started_at timestamptz NOT NULL,
      finished_at timestamptz NOT NULL DEFAULT now(),
      outcome text NOT NULL CHECK (outcome IN ('clean', 'drift')),
      site text,
      from_day date,
      to_day date,
      positions jsonb NOT NULL,
      events bigint NOT NULL,
      duplicates bigint NOT NULL,
      drift_rows bigint NOT NULL,
      findings_total int NOT NULL,
      findings jsonb NOT NULL
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE verification');
  }
}
