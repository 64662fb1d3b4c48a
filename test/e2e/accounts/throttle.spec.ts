import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Throttle } from '#accounts/throttle.js';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { Browser } from './person.js';

const email = 'ada@example.org';
const password = 'four words nobody guesses';
let app: IngestApp;
let beside: IngestApp;
let database: pg.Client;
beforeAll(async () => {
  const options = { open: false, proxyHops: 1, accounts: { admin: { email, password } } };
  app = await startIngest(options);
  beside = await startIngest({ ...options, beside: app });
  database = new pg.Client({ connectionString: app.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await beside?.stop();
  await app?.stop();
});

const from = (address: string, at = app) => new Browser(at, { 'x-forwarded-for': address });
const tries = async (count: number, turn: (i: number) => Promise<{ status: number }>) => {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push((await turn(i)).status);
  return statuses;
};
const TEN = Array.from({ length: 10 }, () => 401);

test('S19: of twenty wrong passwords of one account the eleventh is not looked at, in whichever process', async () => {
  const statuses = await tries(20, (i) =>
    from('203.0.113.1', i % 2 ? app : beside).auth('sign-in/email', { email, password: 'a wrong one' }),
  );
  expect(statuses).toEqual([...TEN, ...TEN.map(() => 429)]);
  const right = await from('203.0.113.1').auth('sign-in/email', { email, password });
  expect(right.status, 'nor is the right one, from there').toBe(429);
  expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(600);
  expect(right.body).toMatchObject({ statusCode: 429, code: 'TOO_MANY_TRIES' });
});

test('S19: the right password from another address works', async () => {
  expect((await from('203.0.113.2').auth('sign-in/email', { email, password })).status).toBe(200);
});

test('S19: whoever tries many accounts from one address is stopped as well', async () => {
  const statuses = await tries(12, (i) =>
    from('203.0.113.3').auth('sign-in/email', { email: `some${i}@example.org`, password: 'a wrong one' }),
  );
  expect(statuses).toEqual([...TEN, 429, 429]);
});

test('S19: twenty at once are no more than one after another', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      from('203.0.113.4').auth('sign-in/email', { email: 'many@example.org', password: 'a wrong one' }),
    ),
  );
  // Where all come at once, a few may be too many for the account and not for the address, or the other way round.
  const lookedAt = answers.filter(({ status }) => status === 401).length;
  expect(lookedAt).toBeGreaterThan(0);
  expect(lookedAt).toBeLessThanOrEqual(10);
});

test('S19: the networks of one IPv6 customer are one address', async () => {
  const statuses = await tries(12, (i) =>
    from(`2001:db8:1:1::${i + 1}`).auth('sign-in/email', {
      email: 'six@example.org',
      password: 'a wrong one',
    }),
  );
  expect(statuses).toEqual([...TEN, 429, 429]);
});

test('S19: signing in rightly, however often, is no try', async () => {
  const statuses = await tries(15, () => from('203.0.113.5').auth('sign-in/email', { email, password }));
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test('S19: an account that is guessed at from everywhere is still open to its owner', async () => {
  for (let i = 0; i < 105; i++)
    await from(`192.0.2.${i}`).auth('sign-in/email', { email, password: 'a wrong one' });
  const guesser = from('192.0.2.200');
  expect((await guesser.auth('sign-in/email', { email, password: 'a wrong one' })).status).toBe(401);
  expect((await guesser.auth('sign-in/email', { email, password: 'a wrong one' })).status).toBe(429);
  expect((await from('192.0.2.201').auth('sign-in/email', { email, password })).status).toBe(200);
});

test('S19: nor is it open to whoever has a thousand networks of IPv6 to guess from', async () => {
  const guesser = (i: number) => from(`2001:db8:48:${i}::1`);
  const wrong = { email: 'site@example.org', password: 'a wrong one' };
  const statuses = await tries(32, (i) => guesser(i).auth('sign-in/email', wrong));
  expect(statuses).toEqual([...TEN, ...TEN, ...TEN, 429, 429]);
  expect((await from('2001:db8:49::1').auth('sign-in/email', wrong)).status).toBe(401);
});

test('S19: what is taken back after its time begins anew, and ends', async () => {
  const taken = await app.app.get(Throttle, { strict: false }).take({ password: 'late' });
  await database.query('UPDATE rate_limit SET expire = 1');
  await taken.undo();
  const { rows } = await database.query('SELECT key FROM rate_limit WHERE expire IS NULL');
  expect(rows).toEqual([]);
});

const ADDRESSES = /203\.0\.113|192\.0\.2|2001:db8|127\.0\.0\.1/;

test('S54: what is counted names neither an address nor an account', async () => {
  const { rows } = await database.query<{ key: string }>('SELECT key FROM rate_limit');
  expect(rows.length).toBeGreaterThan(10);
  expect(JSON.stringify(rows)).not.toMatch(/example\.org/);
  expect(JSON.stringify(rows)).not.toMatch(ADDRESSES);
});

test('S54: nor does a session say from where somebody signed in', async () => {
  const { rows } = await database.query<{ ipAddress: string | null }>('SELECT * FROM auth.session');
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter(({ ipAddress }) => ipAddress !== null && ipAddress !== '')).toEqual([]);
  expect(JSON.stringify(rows)).not.toMatch(ADDRESSES);
});
