import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StartupError } from '#config/startup-error.js';
import { migrate, migrations } from '#database/data-source.js';
import { silentLogger } from '#telemetry/logger.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const attempt = (url: string) => migrate(url, silentLogger);

async function sql(text: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(text)).rowCount;
  } finally {
    await client.end();
  }
}

test('processes that start at the same time migrate once', async () => {
  await Promise.all([attempt(database.url), attempt(database.url), attempt(database.url)]);
  await attempt(database.url);
  expect(await sql('SELECT FROM migration')).toBe(migrations.length);
});

test('F36 a schema from a newer version is refused, and nothing is written', async () => {
  await attempt(database.url);
  await sql(`INSERT INTO migration (timestamp, name) VALUES (1, 'Later1')`);
  await expect(attempt(database.url)).rejects.toThrow(/migrated by a newer Tidemark \(Later1\)/);
  expect(await sql('SELECT FROM migration')).toBe(migrations.length + 1);
});

test('a database in another encoding is refused', async () => {
  const name = 'latin';
  await sql(`CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`);
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  await expect(attempt(url.href)).rejects.toThrow(/encoded in SQL_ASCII; Tidemark needs UTF8/);
  await sql(`DROP DATABASE ${name}`);
});

test.each([
  ['nobody listens', (url: URL) => (url.port = '1'), /cannot be reached \(ECONNREFUSED\)/],
  [
    'the host is unknown',
    (url: URL) => (url.hostname = 'nowhere.invalid'),
    /cannot be reached \((ENOTFOUND|EAI_AGAIN)\)/,
  ],
  ['the password is wrong', (url: URL) => (url.password = 'wrong'), /refuses the user or the password/],
  ['the database is missing', (url: URL) => (url.pathname = '/absent'), /"absent" does not exist/],
])('says what to do where %s, and no secret', async (_, spoil, message) => {
  const url = new URL(database.url);
  spoil(url);
  const error = await attempt(url.href).then(
    () => undefined,
    (fault: unknown) => fault,
  );
  expect(error).toBeInstanceOf(StartupError);
  expect((error as Error).message).toMatch(message);
  if (url.password) expect((error as Error).message).not.toContain(`:${url.password}@`);
});
