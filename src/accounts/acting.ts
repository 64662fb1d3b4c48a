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

/** What the library does in somebody's name. All its work goes through here. */
export async function actAs<T>(as: Acting, work: () => Promise<T>): Promise<T> {
  clearTimeout(resting);
  inFlight++;
  try {
    return await acting.run(as, work);
  } finally {
    // A little later: what the library does behind its answer may still ask whose it is.
    if (--inFlight === 0) resting = setTimeout(rest, REST_AFTER_MS).unref();
  }
}

const REST_AFTER_MS = 2_000;
let inFlight = 0;
let resting: NodeJS.Timeout | undefined;

/**
 * Until Node 24 a storage that was once entered makes Node follow every promise of the process: measured, an eighth of what an
 * event costs, for ever after the first sign-in. So while nobody signs in or changes members, ours and the library's are left.
 */
function rest(): void {
  const library = (globalThis as Record<symbol, unknown>)[Symbol.for('better-auth:global')];
  const theirs: unknown[] = Object.values((library as { context?: object } | undefined)?.context ?? {});
  for (const storage of [acting, ...theirs]) if (storage instanceof AsyncLocalStorage) storage.disable();
}

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
