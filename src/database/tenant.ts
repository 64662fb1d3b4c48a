import pg, { type Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';

/**
 * For whom rows are read. PostgreSQL is told so in each transaction, and its policies show no row of anybody else
 * (ADR 25); where nothing is said, they show none.
 */
export interface Tenant {
  /** All tenants: for what concerns the installation. */
  readonly everything?: true;
  readonly organization?: string | undefined;
  /** With an organization: this site of it alone. */
  readonly site?: string | undefined;
}

export const EVERYTHING: Tenant = { everything: true };
export const NOBODY: Tenant = {};

/** Statements that say it to PostgreSQL until the transaction ends. All three: a session may have had others before. */
export function tenantSettings({ everything, organization = '', site = '' }: Tenant): string {
  const { escapeLiteral } = pg;
  return (
    `SET LOCAL tidemark.everything = '${everything ? 'on' : 'off'}'; ` +
    `SET LOCAL tidemark.organization = ${escapeLiteral(organization)}; ` +
    `SET LOCAL tidemark.site = ${escapeLiteral(site)}`
  );
}

/** SQL: whether the grace period of a row of the table `site` is not over. */
export const IS_THERE = '(site.deletes_at IS NULL OR site.deletes_at > now())';

/** SQL: whether the site that this expression names is one of the tenant's. The first wall: RLS stands behind it. */
export function ofTenant(name: string, tenant: Tenant): string {
  return tenant.everything ? 'true' : `${name} IN (SELECT name FROM site WHERE ${isOwn(tenant)})`;
}

/** SQL: whether a row of the table `site` is one of the tenant's, and still there. */
export function isOwn({ everything, organization = '', site }: Tenant): string {
  if (everything) return 'true';
  const one = site === undefined ? '' : ` AND site.name = ${pg.escapeLiteral(site)}`;
  return `site.organization_id = ${pg.escapeLiteral(organization)}${one} AND ${IS_THERE}`;
}

/** One transaction for a tenant. */
export async function asTenant<T>(
  pool: Pool,
  tenant: Tenant,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; ${tenantSettings(tenant)}`);
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // With its connection the transaction ends, whatever has become of it.
    client.release(true);
    throw error;
  }
}

/** Rows of one statement over all tenants, in one round trip: for what only looks whether something has moved. */
export async function lookOverAll<R extends QueryResultRow>(pool: Pool, text: string): Promise<R[]> {
  const results = (await pool.query(
    `BEGIN READ ONLY; ${tenantSettings(EVERYTHING)}; ${text}; COMMIT`,
  )) as unknown as QueryResult<R>[];
  return results.at(-2)?.rows ?? [];
}
