import { AsyncLocalStorage } from 'node:async_hooks';

import type { Pool, PoolClient } from 'pg';

/** In whose name the database is changed, and what only this product's own code may say of somebody who is made. */
interface Acting {
  /** As the trail shows it; undefined: whoever it is about. */
  readonly actor?: string | undefined;
  /** Of a person who is made meanwhile. */
  readonly made?: Made | undefined;
}

interface Made {
  readonly operator?: boolean | undefined;
  /** The address is known to be theirs. */
  readonly emailVerified?: boolean | undefined;
  /** Name of an organization of their own; empty: one after their name. */
  readonly organization?: string | undefined;
}

const acting = new AsyncLocalStorage<Acting>();

export const actAs = <T>(as: Acting, work: () => Promise<T>): Promise<T> => acting.run(as, work);

export const actingNow = (): Acting => acting.getStore() ?? {};

/**
 * The pool of a library that knows nothing of actors: each connection it borrows stands in the schema of accounts and says
 * in whose name it works, so that the trail is written by the database, in the transaction of the change.
 */
export function actingPool(pool: Pool): Pick<Pool, 'connect' | 'end'> {
  const connect = async (): Promise<PoolClient> => {
    const client = await pool.connect();
    try {
      await client.query(
        `SELECT set_config('search_path', 'auth', false), set_config('tidemark.actor', $1, false)`,
        [actingNow().actor ?? ''],
      );
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
  return { connect: connect as Pool['connect'], end: () => pool.end() };
}
