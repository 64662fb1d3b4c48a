import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Figures of a site as they were: which, who waits for them, and when they were read last. Their rows are spare row sets. */
export class PastFigures1700000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // ordinal: of the last event of that message that is in them. events: the site's that are. job_id: who makes them.
    await runner.query(`CREATE TABLE past_figures (
      id serial PRIMARY KEY,
      site_id int NOT NULL REFERENCES site,
      sequence bigint NOT NULL,
      ordinal int NOT NULL,
      settings jsonb NOT NULL,
      revision bigint NOT NULL,
      events bigint NOT NULL DEFAULT 0,
      job_id bigint REFERENCES job ON DELETE SET NULL,
      wanted_until timestamptz NOT NULL,
      read_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(
      'CREATE UNIQUE INDEX past_figures_which ON past_figures (site_id, sequence, ordinal, revision, md5(settings::text))',
    );
    await runner.query(
      'ALTER TABLE spare_row_set ADD COLUMN past_id int REFERENCES past_figures ON DELETE SET NULL',
    );
    await runner.query(
      'CREATE INDEX spare_row_set_past ON spare_row_set (past_id) WHERE past_id IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE spare_row_set DROP COLUMN past_id');
    await runner.query('DROP TABLE past_figures');
  }
}
