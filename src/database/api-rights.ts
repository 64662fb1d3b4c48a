import type { ClientBase } from 'pg';

/** The group that the API's login belongs to. */
export const API_ROLE = 'tidemark_api';

/** What whoever answers may do with each durable table; with one that is not named here: nothing. */
export const apiRights: Readonly<Record<string, string>> = {
  // No tenant's: how far the log is projected, and by whom.
  partition: 'SELECT',
  generation: 'SELECT',
  served_generation: 'SELECT',
  checkpoint: 'SELECT',
  workspace_checkpoint: 'SELECT',
  projector: 'SELECT',
  rate_limit: 'SELECT, INSERT, UPDATE, DELETE',
  key_use: 'SELECT, INSERT, UPDATE',

  // Behind the wall.
  site: 'SELECT',
  event_type: 'SELECT',
  row_set: 'SELECT',
  setting_change: 'SELECT',
  dead_letter: 'SELECT',
  verification: 'SELECT',
  job: 'SELECT, INSERT, UPDATE (state, finished_at)',
  spare_row_set: 'SELECT, UPDATE (kept_until)',
  share_link: 'SELECT, INSERT, UPDATE (revoked_at, revoked_by)',
  past_figures: 'SELECT, INSERT, UPDATE (wanted_until, read_at, job_id)',
};

/** Of people, their sessions and their organizations, who belong to no one tenant: what sign-in needs of each. */
const accountRights: Readonly<Record<string, string>> = {
  user: 'SELECT, INSERT, UPDATE, DELETE',
  session: 'SELECT, INSERT, UPDATE, DELETE',
  account: 'SELECT, INSERT, UPDATE, DELETE',
  verification: 'SELECT, INSERT, UPDATE, DELETE',
  twoFactor: 'SELECT, INSERT, UPDATE, DELETE',
  organization: 'SELECT, INSERT, UPDATE, DELETE',
  member: 'SELECT, INSERT, UPDATE, DELETE',
  invitation: 'SELECT, INSERT, UPDATE, DELETE',
  trail: 'SELECT, INSERT',
};

/** Tables of which whoever answers has no need; the tests know each table of the schema by one of the two lists. */
export const noRights: readonly string[] = ['migration'];

/**
 * Gives the group its rights, and each table that came to be without one its wall. Nothing is given where the group is not there.
 * Call it as the owner of the tables, one process at a time.
 */
export async function grantApiRights(client: ClientBase): Promise<void> {
  await client.query('SELECT tidemark_walls()');
  const { rows } = await client.query<{ there: boolean }>(
    'SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS there',
    [API_ROLE],
  );
  if (rows[0]?.there !== true) return;
  const statements = Object.entries(apiRights).map(
    ([table, rights]) =>
      `IF to_regclass('${table}') IS NOT NULL THEN EXECUTE 'GRANT ${rights} ON "${table}" TO ${API_ROLE}'; END IF;`,
  );
  const ofAccounts = Object.entries(accountRights).map(
    ([table, rights]) => `GRANT ${rights} ON auth."${table}" TO ${API_ROLE};`,
  );
  await client.query(`DO $$
    DECLARE made record;
    BEGIN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${API_ROLE}', current_schema());
      ${statements.join('\n      ')}
      GRANT USAGE ON SCHEMA auth TO ${API_ROLE};
      ${ofAccounts.join('\n      ')}
      FOR made IN SELECT c.oid::regclass AS name, c.relkind FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace
          AND (c.relname IN ('job_id_seq', 'past_figures_id_seq') OR c.relkind = 'r' AND c.relforcerowsecurity)
      LOOP
        IF made.relkind = 'S' THEN EXECUTE format('GRANT USAGE ON SEQUENCE %s TO ${API_ROLE}', made.name);
        ELSE EXECUTE format('GRANT SELECT ON %s TO ${API_ROLE}', made.name);
        END IF;
      END LOOP;
    END $$`);
}
