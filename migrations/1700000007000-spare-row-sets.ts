import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Row sets that no site points to: those that an order fills beside the ones that are served, and those that were served
 * before. Their rows are deleted piece by piece once nobody needs them.
 */
export class SpareRowSets1700000007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE spare_row_set');
  }
}

const statements = [
  // sequence: it holds the site's events up to there. job_id: who fills it; none: it is kept until then.
  `CREATE TABLE spare_row_set (
    row_set int PRIMARY KEY DEFAULT nextval('row_set_seq'),
    site_id int NOT NULL REFERENCES site,
    generation_id int NOT NULL REFERENCES generation,
    settings jsonb NOT NULL,
    revision int NOT NULL,
    sequence bigint NOT NULL DEFAULT 0,
    events bigint NOT NULL DEFAULT 0,
    job_id bigint REFERENCES job ON DELETE SET NULL,
    kept_until timestamptz,
    UNIQUE (job_id, generation_id)
  )`,
  'CREATE INDEX spare_row_set_site ON spare_row_set (site_id)',
];
