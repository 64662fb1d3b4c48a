import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { Browser, firstOwner, GOOD_PASSWORD } from './person.js';
import { totp } from './totp.js';

let app: IngestApp;
let owner: Browser;
let secret = '';
let recoveryCodes: string[] = [];
beforeAll(async () => {
  app = await startIngest({ open: false });
  owner = await firstOwner(app);
});
afterAll(() => app?.stop());

const first = async (): Promise<Browser> => {
  const browser = new Browser(app);
  const { status, body } = await browser.auth('sign-in/email', {
    email: 'ada@example.org',
    password: GOOD_PASSWORD,
  });
  expect([status, body['twoFactorRedirect']]).toEqual([200, true]);
  expect(await browser.viewer(), 'the password alone is not enough').toBeNull();
  return browser;
};

test('is switched on with the password and a first code', async () => {
  expect((await owner.auth('two-factor/enable', { password: 'a wrong one' })).status).toBe(400);
  const { status, body } = await owner.auth('two-factor/enable', { password: GOOD_PASSWORD });
  expect(status).toBe(200);
  const uri = new URL(String(body['totpURI']));
  expect([uri.protocol, uri.searchParams.get('issuer')]).toEqual(['otpauth:', 'Tidemark']);
  secret = uri.searchParams.get('secret') ?? '';
  recoveryCodes = body['backupCodes'] as string[];
  expect(recoveryCodes.length).toBeGreaterThanOrEqual(8);
  expect(await owner.viewer(), 'not before the first code').toMatchObject({ twoFactor: false });
  expect((await owner.auth('two-factor/verify-totp', { code: totp(secret) })).status).toBe(200);
  expect(await owner.viewer()).toMatchObject({ twoFactor: true });
});

test('is asked for at sign-in, and a code lets in', async () => {
  const browser = await first();
  expect((await browser.auth('two-factor/verify-totp', { code: '000000' })).status).toBe(401);
  expect(await browser.viewer()).toBeNull();
  expect((await browser.auth('two-factor/verify-totp', { code: totp(secret) })).status).toBe(200);
  expect(await browser.viewer()).toMatchObject({ name: 'Ada', twoFactor: true });
});

test('a recovery code lets in once', async () => {
  const [code] = recoveryCodes;
  const browser = await first();
  expect((await browser.auth('two-factor/verify-backup-code', { code })).status).toBe(200);
  expect(await browser.viewer()).toMatchObject({ name: 'Ada' });
  const again = await first();
  expect((await again.auth('two-factor/verify-backup-code', { code })).status).toBe(401);
  expect(await again.viewer()).toBeNull();
});

test('is not taken for a password that was changed meanwhile', async () => {
  const begun = await first();
  const passwords = { currentPassword: GOOD_PASSWORD, newPassword: GOOD_PASSWORD };
  expect((await owner.auth('change-password', passwords)).status).toBe(200);
  expect((await begun.auth('two-factor/verify-totp', { code: totp(secret) })).status).toBe(401);
  expect(await begun.viewer()).toBeNull();
});

test('codes are not to be guessed', async () => {
  const browser = await first();
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++)
    statuses.push(
      (await browser.auth('two-factor/verify-totp', { code: String(i).padStart(6, '0') })).status,
    );
  expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
  expect(statuses.slice(5).every((status) => status >= 400)).toBe(true);
  expect(
    (await browser.auth('two-factor/verify-totp', { code: totp(secret) })).status,
    'nor is the right one taken then',
  ).not.toBe(200);
  expect(await browser.viewer()).toBeNull();
});

test('neither its secret nor the recovery codes can be read in the database', async () => {
  const database = new pg.Client({ connectionString: app.databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ text: string }>(
    'SELECT row_to_json(t)::text AS text FROM auth."twoFactor" t',
  );
  await database.end();
  expect(rows[0]?.text).toBeDefined();
  expect(rows[0]?.text).not.toContain(secret);
  for (const code of recoveryCodes) expect(rows[0]?.text).not.toContain(code);
});

test('is switched off with the password', async () => {
  expect((await owner.auth('two-factor/disable', { password: 'a wrong one' })).status).toBe(400);
  expect((await owner.auth('two-factor/disable', { password: GOOD_PASSWORD })).status).toBe(200);
  expect(await owner.viewer()).toMatchObject({ twoFactor: false });
  const browser = new Browser(app);
  await browser.auth('sign-in/email', { email: 'ada@example.org', password: GOOD_PASSWORD });
  expect(await browser.viewer()).toMatchObject({ name: 'Ada' });
});
