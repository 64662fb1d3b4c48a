import { hash } from '@node-rs/argon2';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { Browser, signedIn } from './person.js';

let app: IngestApp;
let database: pg.Client;
beforeAll(async () => {
  app = await startIngest({ open: false, proxyHops: 1, accounts: { signUp: 'open' } });
  database = new pg.Client({ connectionString: app.databaseUrl });
  await database.connect();
  // Behind a proxy nobody is on this machine, so the first owner comes from the settings.
  const beside = await startIngest({
    open: false,
    beside: app,
    accounts: { admin: { email: 'ada@example.org', password: 'four words nobody guesses' } },
  });
  await beside.stop();
});
afterAll(async () => {
  await database?.end();
  await app?.stop();
});

let address = 1;
/** Each from an address of its own: what is counted is tried elsewhere. */
const somebody = () => new Browser(app, { 'x-forwarded-for': `198.51.100.${address++}` });
const signUp = (email: string, password: string) =>
  somebody().auth('sign-up/email', { name: 'Some', email, password });
const signIn = (email: string, password: string) => somebody().auth('sign-in/email', { email, password });

test('S22: the owner whom the settings name is there, and no other', async () => {
  expect((await signIn('ada@example.org', 'four words nobody guesses')).status).toBe(200);
  const { rows } = await database.query<{ people: number; operators: number }>(
    'SELECT count(*)::int AS people, count(*) FILTER (WHERE operator)::int AS operators FROM auth."user"',
  );
  expect(rows[0]).toEqual({ people: 1, operators: 1 });
});

test('S22: there are no default credentials', async () => {
  for (const name of ['admin', 'admin@example.org', 'root@localhost', 'admin@localhost'])
    for (const password of ['admin', 'password', 'changeme', 'tidemark', '12345678'])
      expect([400, 401]).toContain((await signIn(name, password)).status);
});

test.each<[string, string, number]>([
  ['7 characters', 'a9!Kq_z', 400],
  ['8 characters', 'a9!Kq_z4', 200],
  ['64 characters', `${'wortreich '.repeat(6)}endet`.slice(0, 64), 200],
  ['1000 characters', 'lang9 '.repeat(200).slice(0, 1_000), 200],
  ['1001 characters', 'lang9 '.repeat(200).slice(0, 1_001), 400],
  ['1000 characters outside the first plane', '🦆'.repeat(1_000), 200],
  ['8 characters that are 16 units', '🦆🐙🦀🐳🦭🐋🐡🐬', 200],
  ['7 characters that are 14 units', '🦆🐙🦀🐳🦭🐋🐡', 400],
  ['the commonest', 'password', 400],
  ['a common one in capitals', 'QWERTYUIOP', 400],
  ['one of the last of the 3000', 'baseball', 400],
  ['blanks at both ends', '  two blanks each  ', 200],
  ['other scripts', 'пароль из слов', 200],
])('S17: a password of %s', async (_what, password, status) => {
  const email = `p${address}@example.org`;
  const answer = await signUp(email, password);
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  if (status === 400) {
    expect(answer.body).toMatchObject({ statusCode: 400, code: 'BAD_USER_INPUT', field: 'password' });
    return;
  }
  expect((await signIn(email, password)).status).toBe(200);
  // Kept exactly as it is.
  expect((await signIn(email, [...password].slice(0, -1).join(''))).status).toBe(401);
  if (password !== password.trim()) expect((await signIn(email, password.trim())).status).toBe(401);
});

test('S16: argon2id with 19 MiB, two passes and one thread', async () => {
  const { rows } = await database.query<{ password: string }>('SELECT password FROM auth.account');
  expect(rows.length).toBeGreaterThan(5);
  for (const { password } of rows) expect(password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('S16: an old hash is made anew at sign-in', async () => {
  await signUp('old@example.org', 'an old password');
  const of = `"userId" = (SELECT id FROM auth."user" WHERE email = 'old@example.org')`;
  const weak = await hash('an old password', { memoryCost: 4_096, timeCost: 1, parallelism: 1 });
  await database.query(`UPDATE auth.account SET password = $1 WHERE ${of}`, [weak]);
  expect((await signIn('old@example.org', 'a wrong password')).status).toBe(401);
  const kept = async () =>
    (await database.query<{ password: string }>(`SELECT password FROM auth.account WHERE ${of}`)).rows[0]
      ?.password;
  expect(await kept()).toBe(weak);
  expect((await signIn('old@example.org', 'an old password')).status).toBe(200);
  expect(await kept()).toMatch(/m=19456,t=2,p=1/);
  expect((await signIn('old@example.org', 'an old password')).status).toBe(200);
});

test('S17: the same holds where a password is changed', async () => {
  await signUp('change@example.org', 'an old password');
  const browser = await signedIn(app, 'change@example.org', 'an old password', {
    'x-forwarded-for': '198.51.100.250',
  });
  for (const newPassword of ['short', 'password', 'x'.repeat(1_001)])
    expect(
      await browser.auth('change-password', { currentPassword: 'an old password', newPassword }),
    ).toMatchObject({
      status: 400,
      body: { field: 'newPassword' },
    });
});
