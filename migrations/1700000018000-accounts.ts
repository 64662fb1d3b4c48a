import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * People, their sessions and their organizations. Tables and columns are named as better-auth names them, whose they are;
 * they live in a schema of their own, so that rights on them are given apart.
 */
export class Accounts1700000018000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA auth');
    await runner.query(`
      CREATE TABLE auth."user" (
        id text PRIMARY KEY,
        name text NOT NULL,
        email text NOT NULL UNIQUE,
        "emailVerified" boolean NOT NULL DEFAULT false,
        image text,
        "createdAt" timestamptz NOT NULL DEFAULT now(),
        "updatedAt" timestamptz NOT NULL DEFAULT now(),
        "twoFactorEnabled" boolean NOT NULL DEFAULT false,
        operator boolean NOT NULL DEFAULT false
      );
      CREATE TABLE auth.organization (
        id text PRIMARY KEY,
        name text NOT NULL,
        slug text NOT NULL UNIQUE,
        logo text,
        metadata text,
        "createdAt" timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE auth.session (
        id text PRIMARY KEY,
        token text NOT NULL UNIQUE,
        "userId" text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
        "expiresAt" timestamptz NOT NULL,
        "createdAt" timestamptz NOT NULL DEFAULT now(),
        "updatedAt" timestamptz NOT NULL DEFAULT now(),
        "ipAddress" text,
        "userAgent" text,
        "activeOrganizationId" text REFERENCES auth.organization ON DELETE SET NULL
      );
      CREATE INDEX session_of_user ON auth.session ("userId");
      CREATE TABLE auth.account (
        id text PRIMARY KEY,
        "userId" text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
        "accountId" text NOT NULL,
        "providerId" text NOT NULL,
        "accessToken" text,
        "refreshToken" text,
        "idToken" text,
        "accessTokenExpiresAt" timestamptz,
        "refreshTokenExpiresAt" timestamptz,
        scope text,
        password text,
        "createdAt" timestamptz NOT NULL DEFAULT now(),
        "updatedAt" timestamptz NOT NULL DEFAULT now(),
        UNIQUE ("providerId", "accountId")
      );
      CREATE INDEX account_of_user ON auth.account ("userId");
      CREATE TABLE auth.verification (
        id text PRIMARY KEY,
        identifier text NOT NULL,
        value text NOT NULL,
        "expiresAt" timestamptz NOT NULL,
        "createdAt" timestamptz NOT NULL DEFAULT now(),
        "updatedAt" timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX verification_identifier ON auth.verification (identifier);
      CREATE TABLE auth."twoFactor" (
        id text PRIMARY KEY,
        "userId" text NOT NULL UNIQUE REFERENCES auth."user" ON DELETE CASCADE,
        secret text NOT NULL,
        "backupCodes" text NOT NULL,
        verified boolean NOT NULL DEFAULT true,
        "failedVerificationCount" integer NOT NULL DEFAULT 0,
        "lockedUntil" timestamptz
      );
      CREATE TABLE auth.member (
        id text PRIMARY KEY,
        "organizationId" text NOT NULL REFERENCES auth.organization ON DELETE CASCADE,
        "userId" text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
        "createdAt" timestamptz NOT NULL DEFAULT now(),
        UNIQUE ("userId", "organizationId")
      );
      CREATE INDEX member_of_organization ON auth.member ("organizationId");
      CREATE TABLE auth.invitation (
        id text PRIMARY KEY,
        "organizationId" text NOT NULL REFERENCES auth.organization ON DELETE CASCADE,
        email text NOT NULL,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
        status text NOT NULL DEFAULT 'pending',
        "teamId" text,
        "inviterId" text REFERENCES auth."user" ON DELETE SET NULL,
        "expiresAt" timestamptz NOT NULL,
        "createdAt" timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX invitation_of_organization ON auth.invitation ("organizationId", status);
      CREATE UNIQUE INDEX invitation_pending ON auth.invitation ("organizationId", email) WHERE status = 'pending';`);
    await this.keepOwners(runner);
    await this.keepTrail(runner);
  }

  /** Whoever asks at the same moment waits, so two owners cannot leave at once. */
  private async keepOwners(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION auth.keep_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND NEW.role = 'owner' THEN RETURN NULL; END IF;
        PERFORM 1 FROM auth.organization WHERE id = OLD."organizationId" FOR UPDATE;
        -- An organization that goes takes its owners with it.
        IF NOT FOUND THEN RETURN NULL; END IF;
        IF NOT EXISTS (SELECT 1 FROM auth.member WHERE "organizationId" = OLD."organizationId" AND role = 'owner') THEN
          RAISE EXCEPTION 'an organization has at least one owner' USING ERRCODE = 'TM001';
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER keep_an_owner AFTER UPDATE OR DELETE ON auth.member
        FOR EACH ROW WHEN (OLD.role = 'owner') EXECUTE FUNCTION auth.keep_an_owner();`);
  }

  /** Written in the transaction of the change itself, whoever makes it; `tidemark.actor` says in whose name. */
  private async keepTrail(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE auth.trail (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        "organizationId" text NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        -- A user's ID, an invited address, or the organization's ID.
        subject text NOT NULL,
        before text,
        after text
      );
      CREATE INDEX trail_of_organization ON auth.trail ("organizationId", id);
      CREATE FUNCTION auth.append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'the trail is only ever added to'; END $$;
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.trail
        FOR EACH STATEMENT EXECUTE FUNCTION auth.append_only();

      CREATE FUNCTION auth.acting(otherwise text) RETURNS text LANGUAGE sql STABLE AS
        $$ SELECT coalesce(nullif(current_setting('tidemark.actor', true), ''), otherwise) $$;
      CREATE FUNCTION auth.trail_of_member() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE one auth.member := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
      BEGIN
        IF TG_OP = 'UPDATE' AND NEW.role = OLD.role THEN RETURN NULL; END IF;
        INSERT INTO auth.trail ("organizationId", actor, action, subject, before, after)
        VALUES (one."organizationId", auth.acting('user:' || one."userId"),
          CASE TG_OP WHEN 'INSERT' THEN 'MemberAdded' WHEN 'UPDATE' THEN 'MemberRoleChanged' ELSE 'MemberRemoved' END,
          one."userId", CASE WHEN TG_OP <> 'INSERT' THEN OLD.role END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.role END);
        RETURN NULL;
      END $$;
      CREATE TRIGGER trail AFTER INSERT OR UPDATE OR DELETE ON auth.member
        FOR EACH ROW EXECUTE FUNCTION auth.trail_of_member();

      CREATE FUNCTION auth.trail_of_invitation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND NEW.status = OLD.status THEN RETURN NULL; END IF;
        INSERT INTO auth.trail ("organizationId", actor, action, subject, before, after)
        VALUES (NEW."organizationId", auth.acting('tidemark'),
          CASE WHEN TG_OP = 'INSERT' THEN 'MemberInvited' ELSE 'Invitation' || initcap(NEW.status) END,
          NEW.email, NULL, NEW.role);
        RETURN NULL;
      END $$;
      CREATE TRIGGER trail AFTER INSERT OR UPDATE ON auth.invitation
        FOR EACH ROW EXECUTE FUNCTION auth.trail_of_invitation();

      CREATE FUNCTION auth.trail_of_organization() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND NEW.name = OLD.name THEN RETURN NULL; END IF;
        INSERT INTO auth.trail ("organizationId", actor, action, subject, before, after)
        VALUES (NEW.id, auth.acting('tidemark'),
          CASE WHEN TG_OP = 'INSERT' THEN 'OrganizationCreated' ELSE 'OrganizationRenamed' END,
          NEW.id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.name END, NEW.name);
        RETURN NULL;
      END $$;
      CREATE TRIGGER trail AFTER INSERT OR UPDATE ON auth.organization
        FOR EACH ROW EXECUTE FUNCTION auth.trail_of_organization();`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA auth CASCADE');
  }
}
