import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the workspace's stream adds up to: names, what event types mean, and the audit trail. */
export class Workspace1700000008000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // `name` is the site's ID; null: nobody named it.
    await runner.query('ALTER TABLE site ADD COLUMN title text');
    await runner.query('ALTER TABLE site ADD COLUMN settings_sequence bigint NOT NULL DEFAULT 0');
    await runner.query(`CREATE TABLE event_type (
      site_id int NOT NULL REFERENCES site,
      name text NOT NULL,
      description text NOT NULL,
      PRIMARY KEY (site_id, name)
    )`);
    // One row. `version`: of the code that filled these tables.
    await runner.query(`CREATE TABLE workspace_checkpoint (
      id int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
      stream_created_at text,
      sequence bigint NOT NULL DEFAULT 0,
      version int NOT NULL DEFAULT 0
    )`);
    await runner.query('INSERT INTO workspace_checkpoint DEFAULT VALUES');
    await runner.query(`CREATE TABLE setting_change (
      sequence bigint PRIMARY KEY,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      action text NOT NULL,
      site text,
      settings jsonb NOT NULL
    )`);
    await runner.query('CREATE INDEX setting_change_site ON setting_change (site, sequence)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE setting_change, workspace_checkpoint, event_type');
    await runner.query('ALTER TABLE site DROP COLUMN title, DROP COLUMN settings_sequence');
  }
}
