import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How a site knows its visitors again. */
export class VisitorPolicy1700000015000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // {identity, signals}. Null: nobody said so.
    await runner.query('ALTER TABLE site ADD COLUMN visitor_policy jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE site DROP COLUMN visitor_policy');
  }
}
