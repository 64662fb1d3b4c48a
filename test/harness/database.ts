import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  /** The same as the server's superuser. */
  readonly adminUrl: string;
  /** Also cuts the connections that are still open. */
  drop(): Promise<void>;
}

/** A new, empty database on the run's server. One for each test file: files then cannot see one another. */
/** @param owner `plain`: a login of its own owns it, which is no superuser, as where somebody else runs the server */
export async function createDatabase(owner: 'superuser' | 'plain' = 'superuser'): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const adminUrl = url.href;
  if (owner === 'plain') {
    await run(server, `CREATE ROLE ${name} LOGIN PASSWORD 'plain'`);
    await run(server, `ALTER DATABASE ${name} OWNER TO ${name}`);
    [url.username, url.password] = [name, 'plain'];
  }
  const drop = async () => {
    await run(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    if (owner === 'plain') await run(server, `DROP ROLE ${name}`);
  };
  return { url: url.href, adminUrl, drop };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
