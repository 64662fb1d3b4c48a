import pg from 'pg';
import type { Logger } from '#telemetry/logger.js';

/** Nest token of the pool of whoever answers: of a login that row level security holds, where nobody may do without sign-in. */
export const PG_POOL = Symbol('PG_POOL');

/** Nest token of the pool of the tables' owner, for whoever projects. */
export const OWNER_POOL = Symbol('OWNER_POOL');

/** Nest token of the pool that questions are answered from: a replica's where there is one, else PG_POOL. */
export const READ_POOL = Symbol('READ_POOL');

/** Nest token of the address behind PG_POOL, for what needs a pool of its own; it holds a password. */
export const DATABASE_URL = Symbol('DATABASE_URL');

const DATE = 1082;
const INT8 = 20;

/** `date` as 'YYYY-MM-DD' (a Date would shift by the zone), `int8` as a number where that is exact. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary' && oid === DATE) return (text: string) => text;
    if (format !== 'binary' && oid === INT8) return parseInt8;
    return pg.types.getTypeParser(oid, format ?? 'text') as unknown;
  }) as typeof pg.types.getTypeParser,
};

function parseInt8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

export interface PoolOptions {
  readonly max?: number;
  readonly applicationName?: string;
  /** Milliseconds after which the server ends a statement. */
  readonly statementTimeout?: number;
  readonly logger?: Logger;
}

/** Times in milliseconds. A session that hangs in a transaction frees its locks by itself. */
export const sessionDefaults = {
  types: columnTypes,
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  idle_in_transaction_session_timeout: 15_000,
} as const;

export function createPool(url: string, options: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    ...sessionDefaults,
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'tidemark',
    statement_timeout: options.statementTimeout ?? 30_000,
  });
  // Without a listener a dying idle connection would end the process; the pool replaces it by itself, and whoever needs
  // the database says when it is away.
  pool.on('error', (error) =>
    options.logger?.debug({ detail: error.message }, 'idle database connection lost'),
  );
  // Nor does the pool listen to one that is in use: its queries fail, and whoever made them handles that.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
