import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a new password ends, and where whoever signs in goes on. */
export class NewPasswordsAndLastOrganization1700000022000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Links to choose a password and sign-ins that wait for a second factor hold the ID of the person as their value.
    await runner.query(`
      CREATE FUNCTION auth.end_what_the_old_password_began() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        DELETE FROM auth.verification WHERE value = NEW."userId";
        RETURN NULL;
      END $$;
      CREATE TRIGGER new_password AFTER UPDATE OF password ON auth.account
        FOR EACH ROW WHEN (OLD.password IS DISTINCT FROM NEW.password)
        EXECUTE FUNCTION auth.end_what_the_old_password_began();`);
    // A session is new after each sign-in and after each new password, and the old ones may be gone by then.
    await runner.query(`
      ALTER TABLE auth."user" ADD COLUMN "lastOrganizationId" text REFERENCES auth.organization ON DELETE SET NULL;
      CREATE FUNCTION auth.remember_organization() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE auth."user" SET "lastOrganizationId" = NEW."activeOrganizationId" WHERE id = NEW."userId";
        RETURN NULL;
      END $$;
      CREATE TRIGGER remember_organization AFTER UPDATE OF "activeOrganizationId" ON auth.session
        FOR EACH ROW WHEN (NEW."activeOrganizationId" IS NOT NULL) EXECUTE FUNCTION auth.remember_organization();
      CREATE FUNCTION auth.go_on_where_left() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW."activeOrganizationId" := (SELECT "lastOrganizationId" FROM auth."user" WHERE id = NEW."userId");
        RETURN NEW;
      END $$;
      CREATE TRIGGER go_on_where_left BEFORE INSERT ON auth.session
        FOR EACH ROW WHEN (NEW."activeOrganizationId" IS NULL) EXECUTE FUNCTION auth.go_on_where_left();`);
    // Nothing was ever asked of the provider with them.
    await runner.query(
      'UPDATE auth.account SET "accessToken" = NULL, "refreshToken" = NULL, "idToken" = NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER go_on_where_left ON auth.session;
      DROP TRIGGER remember_organization ON auth.session;
      DROP TRIGGER new_password ON auth.account;
      DROP FUNCTION auth.go_on_where_left, auth.remember_organization, auth.end_what_the_old_password_began;
      ALTER TABLE auth."user" DROP COLUMN "lastOrganizationId";`);
  }
}
