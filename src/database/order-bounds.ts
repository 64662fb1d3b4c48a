import type { PoolClient } from 'pg';

/**
 * Orders of one kind that may be open at a time: of one site, of all sites of its organization, and of everybody. Who asks for more
 * waits for one of them to end, and who has few may order while others wait.
 */
const MOST_ORDERS = { site: 4, organization: 10, all: 20 } as const;
/** Of PostgreSQL; any number that nothing else uses. */
const ORDERING_LOCK = 7_238_116;

/**
 * Whether the site may have no further order of that kind now. Until the end of the transaction nobody else is told so. To be asked as
 * whoever may see every order.
 */
export async function isFull(client: PoolClient, kind: string, site: string): Promise<boolean> {
  // Those who ask side by side would not count one another.
  await client.query('SELECT pg_advisory_xact_lock($1)', [ORDERING_LOCK]);
  const { rows } = await client.query<{ full: boolean }>(
    `SELECT count(*) >= $3 OR count(*) FILTER (WHERE j.arguments ->> 'site' = $2) >= $4
       OR count(*) FILTER (WHERE ordered.organization_id = own.organization_id) >= $5 AS full
     FROM job j LEFT JOIN site ordered ON ordered.name = j.arguments ->> 'site' LEFT JOIN site own ON own.name = $2
     WHERE j.kind = $1 AND j.state IN ('queued', 'running')`,
    [kind, site, MOST_ORDERS.all, MOST_ORDERS.site, MOST_ORDERS.organization],
  );
  return rows[0]?.full === true;
}
