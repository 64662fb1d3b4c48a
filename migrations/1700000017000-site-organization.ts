import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SiteOrganization1700000017000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Null: of nobody, as are sites from before there were accounts.
    await runner.query('ALTER TABLE site ADD COLUMN organization_id text');
    await runner.query('CREATE INDEX site_organization ON site (organization_id, name)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE site DROP COLUMN organization_id');
  }
}
