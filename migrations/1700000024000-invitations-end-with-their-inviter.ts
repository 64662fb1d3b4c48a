import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Nobody comes in by an invitation of somebody who could not make it any more. */
export class InvitationsEndWithTheirInviter1700000024000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION auth.end_invitations() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE auth.invitation SET status = 'canceled'
        WHERE "organizationId" = OLD."organizationId" AND "inviterId" = OLD."userId" AND status = 'pending'
          AND (TG_OP = 'DELETE' OR NEW.role NOT IN ('owner', 'admin') OR (role = 'owner' AND NEW.role <> 'owner'));
        RETURN NULL;
      END $$;
      CREATE TRIGGER end_invitations AFTER DELETE OR UPDATE OF role ON auth.member
        FOR EACH ROW EXECUTE FUNCTION auth.end_invitations();`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER end_invitations ON auth.member; DROP FUNCTION auth.end_invitations;');
  }
}
