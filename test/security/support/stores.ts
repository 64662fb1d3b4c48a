import { spawnSync } from 'node:child_process';

import pg from 'pg';

/** Files of the servers' stores that hold the text, as it is. */
export const filesWith = (dataDir: string, text: string): string[] =>
  spawnSync('grep', ['-rlaF', text, dataDir], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((file) => file !== '');

/** All rows of all tables as text, by table: what a dump has. Long values lie compressed in the files, so those do not tell. */
export async function dumpOf(databaseUrl: string): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'auth')`,
    );
    const dump = new Map<string, string>();
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string | null }>(
        `SELECT string_agg(t::text, E'\\n') AS text FROM ${name} t`,
      );
      dump.set(name, rows[0]?.text ?? '');
    }
    return dump;
  } finally {
    await client.end();
  }
}

/** Bytes are in a dump as hexadecimal digits. */
export const tablesWith = (dump: ReadonlyMap<string, string>, text: string): string[] => {
  const bytes = Buffer.from(text).toString('hex');
  return [...dump].filter(([, rows]) => rows.includes(text) || rows.includes(bytes)).map(([name]) => name);
};

/** Runs something while the database takes nobody: each question to it fails then at once, where a stopped server makes it wait. */
export async function withoutDatabase<T>(databaseUrl: string, run: () => Promise<T>): Promise<T> {
  const beside = new URL(databaseUrl);
  const name = beside.pathname.slice(1);
  beside.pathname = '/postgres';
  const client = new pg.Client({ connectionString: beside.href });
  await client.connect();
  try {
    await client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    return await run();
  } finally {
    await client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
    await client.end();
  }
}
