import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Accounts } from '#accounts/accounts.js';
import { authPaths } from '#accounts/door-paths.js';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { Browser, firstOwner, GOOD_PASSWORD } from './person.js';

let app: IngestApp;
let owner: Browser;
beforeAll(async () => {
  app = await startIngest({ open: false, proxied: true });
  owner = await firstOwner(app);
});
afterAll(() => app?.stop());

const credentials = { email: 'ada@example.org', password: GOOD_PASSWORD };

describe('S44: of the library nothing else is reachable', () => {
  test('of all the addresses that it has', async () => {
    const { api } = app.app.get(Accounts, { strict: false }).auth;
    const addresses = Object.values(api as unknown as Record<string, { path?: string }>).flatMap(
      ({ path }) => path?.slice(1) ?? [],
    );
    expect(addresses).toEqual(
      expect.arrayContaining(['sign-up/email', 'get-session', 'organization/create']),
    );
    for (const path of new Set(addresses)) {
      if (path in authPaths) continue;
      expect([path, (await owner.auth(path, {})).status]).toEqual([path, 404]);
      expect([path, (await owner.get(`/api/auth/${path}`)).status]).toEqual([path, 404]);
    }
  });

  test.each([
    'callback/google',
    'error',
    'ok',
    'reference',
    'sign-in/username',
    'two-factor/send-otp',
    'admin/list-users',
    '../auth/get-session',
    'sign-in/email/../../get-session',
    '%6frganization/create',
  ])('%s', async (path) => {
    expect((await owner.auth(path, {})).status).toBe(404);
    expect((await owner.get(`/api/auth/${path}`)).status).toBe(404);
  });
});

describe('S23: from other pages nothing is changed', () => {
  test.each([
    'https://evil.example',
    'null',
    'http://localhost:9',
    'http://localhost.evil.example',
    'http://evil.localhost',
  ])('by a page of %s', async (origin) => {
    const name = 'Eve';
    expect(await owner.auth('update-user', { name }, { origin })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN_ORIGIN', statusCode: 403 },
    });
    expect(await owner.viewer()).toMatchObject({ name: 'Ada' });
  });

  test('nor by what browsers say comes from another site', async () => {
    expect(
      (await owner.auth('update-user', { name: 'Eve' }, { 'sec-fetch-site': 'cross-site' })).status,
    ).toBe(403);
  });

  test('nor by a form, or text', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])
      expect((await owner.auth('update-user', { name: 'Eve' }, { 'content-type': type })).status).toBe(415);
    expect(await owner.viewer()).toMatchObject({ name: 'Ada' });
  });

  test('by a page of this dashboard it is', async () => {
    expect((await owner.auth('update-user', { name: 'Ada L.' }, { origin: 'http://localhost' })).status).toBe(
      200,
    );
    expect(await owner.viewer()).toMatchObject({ name: 'Ada L.' });
  });
});

describe('what a body says beyond what it may', () => {
  test('changes nothing', async () => {
    const more = {
      operator: true,
      emailVerified: true,
      role: 'owner',
      email: 'other@example.org',
      image: 'x',
      id: 'x',
    };
    expect((await owner.auth('update-user', { name: 'Ada', ...more })).status).toBe(200);
    expect(await owner.viewer()).toMatchObject({ name: 'Ada', email: 'ada@example.org' });
    const { body } = await new Browser(app).auth('sign-in/email', {
      ...credentials,
      callbackURL: 'https://evil.example',
      rememberMe: false,
    });
    expect(JSON.stringify(body)).not.toContain('evil');
  });

  test.each<[string, object, string]>([
    ['a field that is missing', { email: credentials.email }, 'password must be given'],
    ['a number', { ...credentials, email: 5 }, 'email must be a string'],
    ['an object', { ...credentials, password: { $ne: '' } }, 'password must be a string'],
    [
      'an address without end',
      { ...credentials, email: `${'a'.repeat(300)}@b.c` },
      'email must have at most 254 characters',
    ],
    [
      'a line break',
      { ...credentials, email: 'a@b.c\r\nBcc: x@y.z' },
      'email must not have control characters',
    ],
  ])('is refused in words: %s', async (_what, body, message) => {
    expect(await new Browser(app).auth('sign-in/email', body)).toMatchObject({
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', message: [message] },
    });
  });

  test.each(['', '  ', 'x'.repeat(101), 'Ada \u202egpj.exe'])(
    'a name that nobody may have: %j',
    async (name) => {
      const message = (field: string) => ({
        body: { message: [`${field} must be 1 to 100 printable characters`] },
      });
      expect(await owner.auth('update-user', { name })).toMatchObject(message('name'));
      const body = { ...credentials, name: 'Ada', organization: name };
      if (name.trim() === '') return;
      expect(await new Browser(app).auth('sign-up/email', body)).toMatchObject(message('organization'));
    },
  );

  test('is refused where it is too large', async () => {
    expect(
      (await new Browser(app).auth('sign-in/email', { ...credentials, more: 'x'.repeat(20_000) })).status,
    ).toBe(413);
  });
});

test('a slash behind a path changes nothing', async () => {
  const body = { name: 'Eve', email: 'eve@example.org', password: GOOD_PASSWORD };
  for (const path of ['sign-up/email', 'sign-up/email/'])
    expect(await new Browser(app).auth(path, body)).toMatchObject({
      status: 410,
      body: { code: 'INVITED_ONLY' },
    });
});

test('no answer is kept by caches', async () => {
  const { headers } = await new Browser(app).auth('sign-in/email', credentials);
  expect(headers.get('cache-control')).toBe('no-store');
});

test('while the database is away nobody is anybody, and nobody is signed out', async () => {
  expect(await owner.viewer()).not.toBeNull();
  const proxy = app.databaseProxy;
  if (!proxy) throw new Error('there is no proxy');
  proxy.mode = 'reset';
  const asked = await owner.ask('{ viewer { id } }');
  expect(asked).toMatchObject({ code: 'UNAVAILABLE' });
  proxy.mode = 'pass';
  expect(await owner.viewer()).not.toBeNull();
});
