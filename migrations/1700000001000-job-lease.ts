import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A long job shows life by renewing its lease, so that another process can take it over when it dies. */
export class JobLease1700000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE job ADD COLUMN lease_until timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE job DROP COLUMN lease_until');
  }
}
