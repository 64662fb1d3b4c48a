import { afterAll, beforeAll, expect, test } from 'vitest';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { type OidcProvider, startOidcProvider } from './oidc-provider.js';
import { Browser, firstOwner, invited } from './person.js';

const PUBLIC = 'http://localhost';
let provider: OidcProvider;
let app: IngestApp;
let owner: Browser;
beforeAll(async () => {
  provider = await startOidcProvider();
  const { issuer, clientId, clientSecret } = provider;
  app = await startIngest({
    open: false,
    accounts: { publicUrl: PUBLIC, oidc: { issuer, clientId, clientSecret, name: 'Example Ltd.' } },
  });
  owner = await firstOwner(app);
});
afterAll(async () => {
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
  await other.get(back.pathname + back.search);
  expect(await other.viewer()).toBeNull();
});
