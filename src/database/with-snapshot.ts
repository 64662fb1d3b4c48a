import type { Pool } from 'pg';

import { Snapshot } from './snapshot.js';
import type { Tenant } from './tenant.js';

/** For callers that are not a GraphQL operation: one snapshot around `read`, closed whatever happens. */
export async function withSnapshot<T>(
  pool: Pool,
  tenant: Tenant,
  read: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const snapshot = new Snapshot(pool, { tenant });
  try {
    return await read(snapshot);
  } finally {
    await snapshot.close();
  }
}
