import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links that show one site to whoever has them. Of a token only its hash is kept, so that who reads this table has no link. */
export class ShareLinks1700000021000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // token: its SHA-256. password: argon2id, with its salt and costs.
    await runner.query(`CREATE TABLE share_link (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      organization_id text NOT NULL,
      site text NOT NULL,
      name text NOT NULL,
      token bytea NOT NULL UNIQUE,
      password text,
      created_at timestamptz NOT NULL DEFAULT now(),
      created_by text NOT NULL,
      expires_at timestamptz,
      revoked_at timestamptz,
      revoked_by text
    )`);
    await runner.query('CREATE INDEX share_link_site ON share_link (site, created_at)');
    await runner.query('SELECT tidemark_wall($1::regclass, $2)', [
      'share_link',
      '(SELECT tidemark_sees_all()) OR site = ANY ((SELECT tidemark_site_names())::text[])',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE share_link');
  }
}
