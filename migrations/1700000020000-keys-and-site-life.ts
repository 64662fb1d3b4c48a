import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeysAndSiteLife1700000020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Null: it takes events, and it stays. The projector of the workspace's stream writes them.
    await runner.query(
      `ALTER TABLE site ADD COLUMN archived_at timestamptz, ADD COLUMN deletes_at timestamptz,
         ADD COLUMN origins text[] NOT NULL DEFAULT '{}'`,
    );
    // Whose it was when it was changed; null: nobody's.
    await runner.query('ALTER TABLE setting_change ADD COLUMN organization_id text');
    await runner.query(
      'CREATE INDEX setting_change_organization ON setting_change (organization_id, sequence)',
    );
    // Counted in memory and written about once a minute; the keys themselves are in the log.
    await runner.query(
      'CREATE TABLE key_use (key_id text PRIMARY KEY, last_used_at timestamptz NOT NULL, uses bigint NOT NULL)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE key_use');
    await runner.query('ALTER TABLE setting_change DROP COLUMN organization_id');
    await runner.query(
      'ALTER TABLE site DROP COLUMN archived_at, DROP COLUMN deletes_at, DROP COLUMN origins',
    );
  }
}
