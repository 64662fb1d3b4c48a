import pg, { type Pool } from 'pg';
import { StartupError } from '#config/startup-error.js';
import { API_ROLE } from './api-rights.js';

const LOGIN = 'tidemark_web';

/** What an operator types once, as a superuser. */
export const LOGIN_SQL =
  `CREATE ROLE ${API_ROLE} NOLOGIN;  -- where it is not there yet\n` +
  `CREATE ROLE ${LOGIN} LOGIN PASSWORD '…' IN ROLE ${API_ROLE};`;

const roleSql = (password: string): string => `DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${API_ROLE}') THEN CREATE ROLE ${API_ROLE} NOLOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${LOGIN}') THEN CREATE ROLE ${LOGIN} LOGIN; END IF;
  END $$;
  ALTER ROLE ${LOGIN} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD ${pg.escapeLiteral(password)};
  GRANT ${API_ROLE} TO ${LOGIN}`;

/**
 * Makes the login of whoever answers, on a server of ours.
 * @param ownerUrl of a superuser
 * @returns the address for that login
 */
export async function ensureApiLogin(ownerUrl: string, password: string): Promise<string> {
  const client = new pg.Client({ connectionString: ownerUrl });
  client.on('error', () => undefined);
  try {
    await client.connect();
    // Roles are those of the whole server: somebody else may be making them at the same moment.
    for (let tries = 1; ; tries++) {
      try {
        await client.query(roleSql(password));
        break;
      } catch (error) {
        if (tries === 5) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50 * tries));
      }
    }
  } finally {
    await client.end().catch(() => undefined);
  }
  const url = new URL(ownerUrl);
  url.username = LOGIN;
  url.password = encodeURIComponent(password);
  return url.href;
}

/** @throws StartupError where the walls would not hold for this login, or it may read nothing */
export async function requireWalls(pool: Pool, variable: string): Promise<void> {
  const { rows } = await pool.query<{ name: string; above: boolean; owner: boolean; member: boolean }>(
    `SELECT r.rolname AS name, r.rolsuper OR r.rolbypassrls AS above,
       pg_has_role(r.oid, c.relowner, 'MEMBER') AS owner,
       EXISTS (SELECT FROM pg_roles g WHERE g.rolname = $1 AND pg_has_role(r.oid, g.oid, 'USAGE')) AS member
     FROM pg_roles r, pg_class c WHERE r.rolname = current_user AND c.oid = to_regclass('site')`,
    [API_ROLE],
  );
  const [role] = rows;
  if (role && !role.above && !role.owner && role.member) return;
  const why = !role?.member
    ? `is no member of ${API_ROLE}`
    : role.above
      ? 'is a superuser, or may pass row level security by'
      : 'owns the tables, or may act as their owner';
  throw new StartupError(
    `${variable}: the login "${role?.name ?? ''}" ${why}, so that nothing would hold tenants apart in the database. Give it a login ` +
      `of its own, made by:\n${LOGIN_SQL}`,
  );
}
