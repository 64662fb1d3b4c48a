import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the events of a type carry, as their site says. */
export class EventTypeProperties1700000014000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // properties: a list of {name, kind, required}.
    await runner.query(
      `ALTER TABLE event_type ADD COLUMN properties jsonb NOT NULL DEFAULT '[]', ADD COLUMN strict boolean NOT NULL DEFAULT false`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE event_type DROP COLUMN properties, DROP COLUMN strict');
  }
}
