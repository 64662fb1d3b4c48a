import type { MigrationInterface, QueryRunner } from 'typeorm';

const OF_SITE = '(SELECT tidemark_sees_all()) OR site = ANY ((SELECT tidemark_site_names())::text[])';
const MINE = `organization_id = current_setting('tidemark.organization', true)`;

/**
 * An organization sees what was done in it that concerns no single site, such as keys for all of its sites, and whoever is held to
 * one site does not. Of the links to a site it sees its own, and none from when the site was somebody else's.
 */
export class OwnAlone1700000023000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER POLICY tenant ON setting_change USING (
      ${OF_SITE} OR (site IS NULL AND ${MINE} AND nullif(current_setting('tidemark.site', true), '') IS NULL))`);
    await runner.query(`ALTER POLICY tenant ON share_link USING (
      (SELECT tidemark_sees_all()) OR (site = ANY ((SELECT tidemark_site_names())::text[]) AND ${MINE}))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['setting_change', 'share_link'])
      await runner.query(`ALTER POLICY tenant ON ${table} USING (${OF_SITE})`);
  }
}
