import pg, { type ClientBase, type Pool, type PoolClient } from 'pg';
import { sessionDefaults } from '#database/pool.js';

const CLOSE_PATIENCE = 1_000;

/** A connection of its own, named so that a taker can find and end it. Rejects where PostgreSQL is away. */
export async function openConnection(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({
    ...sessionDefaults,
    connectionString: url,
    application_name: name,
    // Statements sent without waiting share a round trip; each still fails or succeeds by itself.
    pipeline: true,
    // The checkpoint is in the same transaction: what a crash of the database loses is projected again from the log.
    options: '-c synchronous_commit=off',
    lock_timeout: 10_000,
    statement_timeout: 60_000,
  });
  // Its queries fail too and are handled where they are made; without a listener the process would end.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await closeConnection(client);
    throw error;
  }
  return client;
}

/** Does not wait for a server that no longer answers. */
export async function closeConnection(client: pg.Client): Promise<void> {
  await within(
    CLOSE_PATIENCE,
    client.end().catch(() => undefined),
  );
}

/** Waits for the work, but no longer than that. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([work, patience]);
  clearTimeout(timer);
}

/**
 * Statements that were sent together, in order: waits for all of them, so that none runs on unobserved, and throws what
 * the first failing one threw (the later ones only say that the transaction failed).
 */
export async function together<T extends readonly unknown[]>(work: {
  [N in keyof T]: Promise<T[N]>;
}): Promise<T> {
  for (const outcome of await Promise.allSettled(work))
    if (outcome.status === 'rejected') throw outcome.reason;
  return Promise.all(work) as Promise<unknown> as Promise<T>;
}

/** A COMMIT of a failed transaction is answered with ROLLBACK and no error. */
export async function commit(client: ClientBase): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
}

/** Resolves after the time or, sooner, when the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await commit(client);
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The same on a connection of one's own. */
export async function transactionOn<T>(
  client: ClientBase,
  work: () => Promise<T>,
  begin = 'BEGIN',
): Promise<T> {
  await client.query(begin);
  try {
    const result = await work();
    await commit(client);
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
