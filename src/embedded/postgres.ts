import { execFile, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { StartupError } from '#config/startup-error.js';
import { hasExited, userOf, type Command } from './child.js';
import { explainLog, logEnd } from './server-log.js';
import type { PostgresPlace } from './unprivileged.js';

const run = promisify(execFile);
const VERSION = '18';
export const POSTGRES_USER = 'tidemark';

/**
 * Makes the data folder when there is none. A half-made one never counts: it is made beside and renamed.
 * @param sync false leaves the files to the page cache; tests only
 */
export async function initPostgres(
  place: PostgresPlace,
  o: { password: string; sync: boolean },
): Promise<'made' | 'found'> {
  const data = dataFolder(place);
  if (existsSync(join(data, 'PG_VERSION'))) {
    const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
    if (found === VERSION) return 'found';
    throw new StartupError(
      `The data in ${data} were written by PostgreSQL ${found}, and this Tidemark runs PostgreSQL ${VERSION}. ` +
        'The log is the truth: move this folder away and the read models are built anew from it, or go back to the earlier Tidemark.',
    );
  }
  const half = `${data}.new`;
  rmSync(half, { recursive: true, force: true });
  // A folder of its own, because the owner of the data may be unable to enter ours.
  const secret = mkdtempSync(join(tmpdir(), 'tidemark-'));
  const passwordFile = join(secret, 'password');
  try {
    writeFileSync(passwordFile, o.password, { mode: 0o600 });
    for (const path of [secret, passwordFile])
      if (place.runAs.uid !== undefined) chownSync(path, place.runAs.uid, place.runAs.gid ?? 0);
    const [file = '', ...args] = [
      ...(place.runAs.prefix ?? []),
      join(place.home, 'bin', 'initdb'),
      ...['-D', half, '-U', POSTGRES_USER, '-E', 'UTF8', '--data-checksums', '--auth=scram-sha-256'],
      // Text sorts by code point on every platform, and no library update can re-order an index.
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', `--pwfile=${passwordFile}`],
      ...(o.sync ? [] : ['--no-sync']),
    ];
    await run(file, args, { cwd: place.folder, ...userOf(place.runAs) }).catch((error: unknown) => {
      const { stderr, message } = error as { stderr?: string; message: string };
      throw explainLog('PostgreSQL could not make its data folder', stderr || message, data);
    });
    renameSync(half, data);
    return 'made';
  } finally {
    rmSync(secret, { recursive: true, force: true });
    rmSync(half, { recursive: true, force: true });
  }
}

export function dataFolder(place: PostgresPlace): string {
  return join(place.folder, 'data');
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  work_mem: '16MB',
  max_wal_size: '2GB',
  jit: 'off',
  // Frees the locks of a client that is stuck or cut off.
  idle_in_transaction_session_timeout: '15s',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
  // No personal data in the log.
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_line_prefix: '%m [%p] ',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/** @param settings beside the usual ones; `fsync: 'off'` is for tests */
export function postgresCommand(
  place: PostgresPlace,
  port: number,
  settings: Readonly<Record<string, string>> = {},
): Command {
  const all = { ...SETTINGS, port: String(port), ...settings };
  return {
    file: join(place.home, 'bin', 'postgres'),
    args: [
      '-D',
      dataFolder(place),
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    runAs: place.runAs,
  };
}

export function postgresUrl(port: number, password: string, database: string): string {
  return `postgres://${POSTGRES_USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Resolves when the server answers; rejects with a StartupError when it exits instead, or is not ready in time. */
export async function postgresReady(
  url: string,
  child: ChildProcess,
  log: { path: string; from: number },
  withinMs = 120_000,
): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    if (hasExited(child)) throw explainLog('PostgreSQL did not start', logEnd(log.path, log.from), log.path);
    const error = await query(url, 'SELECT 1').then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { code?: string },
    );
    if (error === undefined) return;
    if (error.code?.startsWith('28'))
      throw new StartupError(
        `The embedded PostgreSQL refuses the password in the data folder: ${error.message}. Was the file passwords.json changed or removed?`,
      );
    if (Date.now() > until)
      throw explainLog(
        `PostgreSQL is not ready after ${withinMs / 1000} s`,
        logEnd(log.path, log.from),
        log.path,
      );
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

export async function ensureDatabase(serverUrl: string, name: string): Promise<void> {
  const { rowCount } = await query(serverUrl, 'SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 0) await query(serverUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
}

async function query(url: string, sql: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined); // a cut connection also rejects the query
  try {
    await client.connect();
    return await client.query(sql, values);
  } finally {
    await client.end().catch(() => undefined);
  }
}
