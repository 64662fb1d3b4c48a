import { expect, test } from 'vitest';

import { accountsLab, Browser, GOOD_PASSWORD, signedIn } from './person.js';

const lab = accountsLab();

const email = 'ada@example.org';

test('who registers first owns an organization and the installation', async () => {
  expect(await lab.owner.viewer()).toMatchObject({
    email,
    name: 'Ada',
    operator: true,
    organization: { name: 'Analytical Engines', role: 'owner' },
    organizations: [{ role: 'owner' }],
  });
  const viewer = await lab.owner.viewer();
  expect(viewer?.permissions).toEqual(expect.arrayContaining(['organization.manage', 'operate']));
});

test('who is not signed in is nobody', async () => {
  const browser = new Browser(lab.app);
  expect(await browser.viewer()).toBeNull();
  expect(await browser.ask('{ sessions { id } }')).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await browser.ask('{ members { id } }')).toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('S12: each sign-in has a session of its own, and ends the one that the browser had', async () => {
  const browser = await signedIn(lab.app, email);
  const before = browser.twin();
  expect(await before.viewer()).not.toBeNull();
  await browser.auth('sign-in/email', { email, password: GOOD_PASSWORD });
  expect(browser.cookie).not.toBe(before.cookie);
  expect(await browser.viewer()).not.toBeNull();
  expect(await before.viewer()).toBeNull();
});

test('S12: a session that somebody plants in a browser does not become theirs who sign in', async () => {
  const planted = 'tidemark_session=planted.c2lnbmF0dXJl';
  const response = await new Browser(lab.app).auth(
    'sign-in/email',
    { email, password: GOOD_PASSWORD },
    { cookie: planted },
  );
  expect(response.headers.getSetCookie().join()).not.toContain('planted');
});

test('S11, on loopback without encryption: HttpOnly, SameSite=Lax, Path=/, no Domain', async () => {
  const { headers, body } = await new Browser(lab.app).auth('sign-in/email', {
    email,
    password: GOOD_PASSWORD,
  });
  const cookie = headers.getSetCookie().find((line) => line.startsWith('tidemark_session='));
  expect(cookie).toMatch(/; Path=\/(;|$)/);
  expect(cookie).toMatch(/; HttpOnly/);
  expect(cookie).toMatch(/; SameSite=Lax/);
  expect(cookie).not.toMatch(/Domain|Secure/);
  expect(body, 'the token is for no script').not.toHaveProperty('token');
});

test('S13: who signs out is out', async () => {
  const browser = await signedIn(lab.app, email);
  const left = browser.twin();
  expect((await browser.auth('sign-out')).status).toBe(200);
  expect(await left.viewer()).toBeNull();
});

test('S13: a new password ends all other sessions', async () => {
  const [here, there] = [await signedIn(lab.app, email), await signedIn(lab.app, email)];
  const changed = await here.auth('change-password', {
    currentPassword: GOOD_PASSWORD,
    newPassword: 'another four words',
  });
  expect(changed.status).toBe(200);
  expect(await there.viewer()).toBeNull();
  expect(await here.viewer()).not.toBeNull();
  const back = await here.auth('change-password', {
    currentPassword: 'another four words',
    newPassword: GOOD_PASSWORD,
  });
  expect(back.status).toBe(200);
});

test('S13: sessions are listed, and any of them is ended at once', async () => {
  const [here, there] = [await signedIn(lab.app, email), await signedIn(lab.app, email)];
  const sessions = await here.field<{ current: boolean }[]>('{ sessions { current } }');
  expect(sessions.filter(({ current }) => current)).toHaveLength(1);
  const theirs = await there.field<{ id: string; current: boolean }[]>('{ sessions { id current } }');
  const id = theirs.find(({ current }) => current)?.id;
  expect(await here.field('mutation ($id: ID!) { revokeSession(id: $id) }', { id })).toBe(true);
  expect(await there.viewer()).toBeNull();
  await signedIn(lab.app, email);
  expect(await here.field('mutation { revokeOtherSessions }')).toBeGreaterThan(0);
  expect(await here.field('{ sessions { id } }')).toHaveLength(1);
});

test('a session is known by its browser and system, as far as they are told', async () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const here = await signedIn(lab.app, email, undefined, { 'user-agent': firefox });
  await signedIn(lab.app, email, undefined, { 'user-agent': '<b>nothing known</b>' });
  const sessions = await here.field<object[]>('{ sessions { current browser os } }');
  expect(sessions).toContainEqual({ current: true, browser: 'Firefox', os: 'Linux' });
  expect(sessions).toContainEqual({ current: false, browser: '', os: '' });
});

test('S14: the database holds no token of a session, only its hash', async () => {
  const browser = await signedIn(lab.app, email);
  const token = decodeURIComponent(browser.cookie.split('=')[1] ?? '').split('.')[0] ?? '';
  expect(token).toHaveLength(32);
  const { rows } = await lab.database.query<{ text: string }>(
    'SELECT (SELECT json_agg(s) FROM auth.session s)::text AS text',
  );
  expect(rows[0]?.text).not.toContain(token);
  expect(rows[0]?.text).toMatch(/"token":"[0-9a-f]{64}"/);
});

test('S14: who reads the database cannot become anybody with what it holds', async () => {
  const browser = await signedIn(lab.app, email);
  const { rows } = await lab.database.query<{ token: string }>('SELECT token FROM auth.session');
  const [signed = ''] = browser.cookie.split('=').slice(1);
  const signature = decodeURIComponent(signed).split('.')[1];
  for (const { token } of rows) {
    const thief = new Browser(lab.app, {
      cookie: `tidemark_session=${encodeURIComponent(`${token}.${signature}`)}`,
    });
    expect(await thief.viewer()).toBeNull();
  }
});

test('S15: a session ends seven days after its last use, and thirty after its first', async () => {
  const set = (text: string) => lab.database.query(`UPDATE auth.session SET ${text}`);
  const browser = await signedIn(lab.app, email);
  // Used again after a day: seven more.
  await set(`"updatedAt" = now() - interval '1 day', "expiresAt" = now() + interval '6 days'`);
  expect(await browser.viewer()).not.toBeNull();
  const { rows } = await lab.database.query<{ left: string }>(
    `SELECT max("expiresAt") > now() + interval '6 days 23 hours' AS left FROM auth.session`,
  );
  expect(rows[0]?.left).toBe(true);
  await set(`"expiresAt" = now() - interval '1 second'`);
  expect(await browser.viewer()).toBeNull();
  await set(
    `"expiresAt" = now() + interval '1 day', "createdAt" = now() - interval '29 days 23 hours', "updatedAt" = now() - interval '1 day'`,
  );
  expect(await browser.viewer()).not.toBeNull();
  const { rows: capped } = await lab.database.query<{ capped: boolean }>(
    `SELECT min("expiresAt") <= now() + interval '1 hour' AS capped FROM auth.session`,
  );
  expect(capped[0]?.capped, 'use does not lead beyond the thirty days').toBe(true);
  await set(`"expiresAt" = now() + interval '1 day', "createdAt" = now() - interval '30 days 1 minute'`);
  expect(await browser.viewer()).toBeNull();
  await set(`"expiresAt" = now() - interval '1 minute'`);
  const change = await browser.auth('update-user', { name: 'Eve' });
  expect(change.status, 'nor does the library take it').toBe(401);
});

test('S18: an unknown person and a wrong password are answered alike', async () => {
  const unknown = await new Browser(lab.app).auth('sign-in/email', {
    email: 'nobody@example.org',
    password: 'x'.repeat(9),
  });
  const wrong = await new Browser(lab.app).auth('sign-in/email', { email, password: 'x'.repeat(9) });
  expect(unknown.status).toBe(401);
  expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body]);
});
