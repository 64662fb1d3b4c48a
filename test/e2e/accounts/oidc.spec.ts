import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { type OidcProvider, startOidcProvider } from './oidc-provider.js';
import { Browser, firstOwner, invited } from './person.js';

const PUBLIC = 'http://localhost';
let provider: OidcProvider;
let app: IngestApp;
let owner: Browser;
let database: pg.Client;
beforeAll(async () => {
  provider = await startOidcProvider();
  const { issuer, clientId, clientSecret } = provider;
  app = await startIngest({
    open: false,
    accounts: { publicUrl: PUBLIC, oidc: { issuer, clientId, clientSecret, name: 'Example Ltd.' } },
  });
  database = new pg.Client({ connectionString: app.databaseUrl });
  await database.connect();
  owner = await firstOwner(app);
});
afterAll(async () => {
  await database?.end();
  await app?.stop();
  await provider?.stop();
});

/** Through the provider and back. @returns where the browser ends up */
async function signOn(browser: Browser, callbackURL?: string): Promise<string> {
  const { status, body } = await browser.auth('sign-in/social', { callbackURL: callbackURL ?? '/' });
  expect([status, JSON.stringify(body)]).toEqual([200, expect.any(String)]);
  const consent = await fetch(String(body['url']), { redirect: 'manual' });
  const back = new URL(consent.headers.get('location') ?? '');
  expect(back.origin + back.pathname).toBe(`${PUBLIC}/api/auth/callback/oidc`);
  const { headers } = await browser.get(back.pathname + back.search);
  return headers.get('location') ?? '';
}

test('the page knows the name of the provider', async () => {
  expect(await new Browser(app).field('{ setUp { signOn } }')).toEqual({ signOn: 'Example Ltd.' });
});

test('nobody takes an empty installation by signing on, though everybody may register', async () => {
  const { issuer, clientId, clientSecret } = provider;
  const oidc = { issuer, clientId, clientSecret, name: 'Example Ltd.' };
  const empty = await startIngest({ open: false, accounts: { publicUrl: PUBLIC, signUp: 'open', oidc } });
  try {
    provider.claims = { sub: '9', email: 'eve@example.org', email_verified: true, name: 'Eve' };
    const eve = new Browser(empty);
    expect(await signOn(eve)).toContain('error=not_invited');
    expect(await eve.viewer()).toBeNull();
    await firstOwner(empty);
    await signOn(eve);
    expect(await eve.viewer()).toMatchObject({
      operator: false,
      organization: { name: "Eve's organization" },
    });
  } finally {
    await empty.stop();
  }
});

test('whom nobody has invited is not let in', async () => {
  provider.claims = { sub: '1', email: 'eve@example.org', email_verified: true, name: 'Eve' };
  const browser = new Browser(app);
  expect(await signOn(browser)).toContain('error=not_invited');
  expect(await browser.viewer()).toBeNull();
});

test('who is invited signs on, and accepts', async () => {
  const id = await invited(owner, 'vera@example.org', 'editor');
  provider.claims = { sub: '2', email: 'vera@example.org', email_verified: true, name: 'Vera' };
  const vera = new Browser(app);
  expect(await signOn(vera, '/invitation/x')).toBe('/invitation/x');
  expect(await vera.viewer()).toMatchObject({ name: 'Vera', email: 'vera@example.org', operator: false });
  expect(await vera.field('mutation ($id: ID!) { acceptInvitation(id: $id) { role } }', { id })).toEqual({
    role: 'editor',
  });
  const again = new Browser(app);
  await signOn(again);
  expect(await again.viewer(), 'the same person').toMatchObject({ id: (await vera.viewer())?.id });
  const { rows } = await database.query(
    `SELECT "accessToken", "refreshToken", "idToken" FROM auth.account WHERE "providerId" = 'oidc'`,
  );
  expect(rows, 'nothing that is worth anything at the provider is kept').toEqual([
    { accessToken: null, refreshToken: null, idToken: null },
  ]);
});

test('whose name the provider does not tell is called by their address', async () => {
  await invited(owner, 'nameless@example.org', 'viewer');
  provider.claims = { sub: '5', email: 'nameless@example.org', email_verified: true, name: '' };
  const nameless = new Browser(app);
  await signOn(nameless);
  expect(await nameless.viewer()).toMatchObject({ name: 'nameless' });
});

test('an address that the provider does not vouch for is not let in', async () => {
  await invited(owner, 'walt@example.org', 'editor');
  provider.claims = { sub: '3', email: 'walt@example.org', email_verified: false, name: 'Walt' };
  const walt = new Browser(app);
  expect(await signOn(walt)).toContain('error=');
  expect(await walt.viewer()).toBeNull();
});

test('nobody becomes another by an address that the provider does not vouch for', async () => {
  provider.claims = { sub: '4', email: 'ada@example.org', email_verified: false, name: 'Not Ada' };
  const browser = new Browser(app);
  expect(await signOn(browser)).toContain('error=');
  expect(await browser.viewer()).toBeNull();
});

test('S42: no address of another host is gone to afterwards', async () => {
  for (const callbackURL of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
  ]) {
    const { status } = await new Browser(app).auth('sign-in/social', { callbackURL });
    expect(status, callbackURL).toBeGreaterThanOrEqual(400);
  }
});

test('S12: what comes back without the browser that went is worth nothing', async () => {
  provider.claims = { sub: '2', email: 'vera@example.org', email_verified: true, name: 'Vera' };
  const { body } = await new Browser(app).auth('sign-in/social', { callbackURL: '/' });
  const consent = await fetch(String(body['url']), { redirect: 'manual' });
  const back = new URL(consent.headers.get('location') ?? '');
  const other = new Browser(app);
  const { headers } = await other.get(back.pathname + back.search);
  expect(headers.get('location')).toBe('/sign-in?error=state_mismatch');
  expect(await other.viewer()).toBeNull();
});

test('what was used already, or was never asked for, leads to the page of sign-in', async () => {
  for (const state of ['state=never', ''])
    expect(
      (await new Browser(app).get(`/api/auth/callback/oidc?code=x&${state}`)).headers.get('location'),
    ).toMatch(new RegExp(`^${PUBLIC}/sign-in\\?error=state_`));
});
