import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startStack, type Stack } from '../harness/stack.js';
import { root } from '../harness/build.js';
import { ask } from './support/ask.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { TIDEMARK_OPEN: 'false' } });
});
afterAll(() => stack.stop());

test('where somebody has to sign in, an anonymous read is refused', async () => {
  const read = await ask(stack, '{ sites { id } }');
  expect(read.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  expect((await fetch(`${stack.url}/api/stats?siteId=shop&date=2026-01-01`)).status).toBe(401);
  expect((await fetch(`${stack.url}/api/refused`)).status).toBe(401);
  expect((await fetch(`${stack.url}/health/ready`)).status).toBe(200);
});

test('whoever answers has a login of its own, whose password nobody else can read', async () => {
  const passwords = join(stack.dataDir, 'passwords.json');
  expect(statSync(passwords).mode & 0o077).toBe(0);
  const { api } = JSON.parse(readFileSync(passwords, 'utf8')) as { api: string };
  const url = new URL(stack.runtime.databaseUrl);
  [url.username, url.password] = ['tidemark_web', encodeURIComponent(api)];
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await expect(client.query('SELECT count(*) FROM site')).resolves.toBeDefined();
    await expect(client.query('DELETE FROM ledger_0')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('DELETE FROM site')).rejects.toMatchObject({ code: '42501' });
  } finally {
    await client.end();
  }
  const owner = new pg.Client({ connectionString: stack.runtime.databaseUrl });
  await owner.connect();
  const { rows } = await owner.query<{ login: string }>(
    `SELECT DISTINCT usename AS login FROM pg_stat_activity WHERE application_name = 'tidemark'`,
  );
  await owner.end();
  expect(rows.map(({ login }) => login)).toContain('tidemark_web');
});

test('a second start finds the login again', async () => {
  await stack.restart();
  expect((await fetch(`${stack.url}/health/ready`)).status).toBe(200);
});

test('with a server of somebody else it says how to make the login', () => {
  const env = {
    PATH: process.env['PATH'],
    TIDEMARK_OPEN: 'false',
    DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none',
    PORT: '1',
  };
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'dist/src/main.js')], {
    env,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/DATABASE_API_URL: must be set/);
  expect(stderr).toContain("CREATE ROLE tidemark_web LOGIN PASSWORD '…' IN ROLE tidemark_api;");
});
