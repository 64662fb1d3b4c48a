import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The rules that a site's served figures are made with, and orders that somebody no longer wants. */
export class SiteRules1700000009000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE job SET state = 'failed', error = 'cancelled' WHERE state = 'cancelled'`);
    await runner.query('ALTER TABLE job DROP CONSTRAINT job_state_check');
    await runner.query(`ALTER TABLE job ADD CONSTRAINT job_state_check
      CHECK (state IN ('queued', 'running', 'done', 'failed'))`);
    await runner.query('ALTER TABLE site DROP COLUMN rules, DROP COLUMN bot_list');
  }
}

const statements = [
  // bot_list: the version of the list of bots that they were made with, where a rule asks it.
  `ALTER TABLE site ADD COLUMN rules jsonb NOT NULL DEFAULT '[]', ADD COLUMN bot_list text`,
  'ALTER TABLE job DROP CONSTRAINT job_state_check',
  `ALTER TABLE job ADD CONSTRAINT job_state_check
    CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled'))`,
];
