import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Days of figures of the past that are folded from the log; the others were taken from what is served. */
export class PastDays1700000013000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // days: of the site's zone. Null: all of them.
    await runner.query('ALTER TABLE spare_row_set ADD COLUMN days date[]');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE spare_row_set DROP COLUMN days');
  }
}
