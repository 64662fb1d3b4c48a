import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { openMailbox } from '../support/mailbox.js';
import { Browser, GOOD_PASSWORD, signedIn } from './person.js';

const PUBLIC = 'https://stats.example.org';
const { arrived, link, smtpUrl, close } = await openMailbox();
let app: IngestApp;
let owner: Browser;
let database: pg.Client;
/** As the pages of the dashboard ask, which a proxy serves under https. */
const page = { origin: PUBLIC };
beforeAll(async () => {
  app = await startIngest({
    open: false,
    accounts: {
      publicUrl: PUBLIC,
      signUp: 'open',
      admin: { email: 'ada@example.org', password: GOOD_PASSWORD },
      mail: { smtpUrl, from: 'Tidemark <stats@example.org>' },
    },
  });
  database = new pg.Client({ connectionString: app.databaseUrl });
  await database.connect();
  owner = await signedIn(app, 'ada@example.org', GOOD_PASSWORD, page);
});
afterAll(async () => {
  await database?.end();
  await app?.stop();
  await close();
});

test('S11: under https the session is a __Host- cookie: Secure, HttpOnly, SameSite=Lax, Path=/, no Domain', async () => {
  const browser = new Browser(app, page);
  const { headers } = await browser.auth('sign-in/email', {
    email: 'ada@example.org',
    password: GOOD_PASSWORD,
  });
  const cookies = headers.getSetCookie();
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatch(/^__Host-tidemark_session=[^;]+;/);
  for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/'])
    expect(cookies[0]).toMatch(new RegExp(`; ${attribute}(;|$)`));
  expect(cookies[0]).not.toMatch(/Domain/i);
  expect(await browser.viewer()).toMatchObject({ name: 'ada' });
});

describe('S20: a new password', () => {
  test('by a link that works once, and ends all sessions', async () => {
    const before = await signedIn(app, 'ada@example.org', GOOD_PASSWORD, page);
    const from = arrived.length;
    const asked = await new Browser(app, page).auth('request-password-reset', { email: 'Ada@Example.org' });
    expect(asked.status).toBe(200);
    const sent = await link('ada@example.org', from);
    expect([sent.origin, sent.pathname]).toEqual([PUBLIC, '/reset']);
    const token = sent.searchParams.get('token') ?? '';
    const { rows } = await database.query<{ text: string }>(
      'SELECT (SELECT json_agg(v) FROM auth.verification v)::text AS text',
    );
    expect(rows[0]?.text, 'the database holds its hash alone').not.toContain(token);

    const body = { token, newPassword: 'four other words' };
    expect(
      (await new Browser(app, page).auth('reset-password', { ...body, newPassword: 'short' })).status,
    ).toBe(400);
    expect((await new Browser(app, page).auth('reset-password', body)).status).toBe(200);
    expect(await before.viewer(), 'S13').toBeNull();
    const again = await new Browser(app, page).auth('reset-password', {
      ...body,
      newPassword: 'and yet others',
    });
    expect(again.status).toBe(400);
    owner = await signedIn(app, 'ada@example.org', 'four other words', page);
    expect(
      (
        await new Browser(app, page).auth('sign-in/email', {
          email: 'ada@example.org',
          password: GOOD_PASSWORD,
        })
      ).status,
    ).toBe(401);
  });

  test('not by a link of an hour ago, nor by one that was never sent', async () => {
    const from = arrived.length;
    await new Browser(app, page).auth('request-password-reset', { email: 'ada@example.org' });
    const token = (await link('ada@example.org', from)).searchParams.get('token');
    const { rows } = await database.query<{ minutes: number }>(
      `SELECT round(extract(epoch FROM max("expiresAt") - now()) / 60)::int AS minutes FROM auth.verification`,
    );
    expect(rows[0]?.minutes).toBe(60);
    await database.query(`UPDATE auth.verification SET "expiresAt" = now() - interval '1 second'`);
    for (const each of [token, 'x'.repeat(24)]) {
      const answer = await new Browser(app, page).auth('reset-password', {
        token: each,
        newPassword: 'four more words',
      });
      expect(answer.status).toBe(400);
    }
  });

  test('not by a link that was sent before the password was changed', async () => {
    const from = arrived.length;
    await new Browser(app, page).auth('request-password-reset', { email: 'ada@example.org' });
    const token = (await link('ada@example.org', from)).searchParams.get('token');
    const changed = await owner.auth('change-password', {
      currentPassword: 'four other words',
      newPassword: GOOD_PASSWORD,
    });
    expect(changed.status).toBe(200);
    const answer = await new Browser(app, page).auth('reset-password', {
      token,
      newPassword: 'words of Eve',
    });
    expect(answer.status).toBe(400);
  });

  test('by a link to where the settings say, whatever the request says of itself', async () => {
    const from = arrived.length;
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    };
    await new Browser(app, page).auth(
      'request-password-reset',
      { email: 'ada@example.org', redirectTo: 'https://evil.example' },
      headers,
    );
    const sent = await link('ada@example.org', from);
    expect(sent.origin).toBe(PUBLIC);
    expect(arrived.at(-1)?.text).not.toContain('evil');
  });

  test('is promised alike to whom there is and to whom there is not', async () => {
    const answers = await Promise.all(
      ['ada@example.org', 'nobody@example.org'].map((email) =>
        new Browser(app, page).auth('request-password-reset', { email }),
      ),
    );
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(arrived.some(({ to }) => to === 'nobody@example.org')).toBe(false);
  });
});

describe('where everybody may register', () => {
  const grace = { name: 'Grace', email: 'grace@example.org', password: 'four words of hers' };

  test('an address is proven before it signs in, and has an organization of its own', async () => {
    const browser = new Browser(app, page);
    expect(await browser.auth('sign-up/email', { ...grace, organization: 'Compilers' })).toMatchObject({
      status: 200,
    });
    expect(await browser.viewer()).toBeNull();
    expect(await browser.auth('sign-in/email', grace)).toMatchObject({
      status: 401,
      body: {
        code: 'INVALID_EMAIL_OR_PASSWORD',
        message: ['the e-mail address or the password is wrong, or the address is not confirmed yet'],
      },
    });
    const sent = await link(grace.email);
    expect([sent.origin, sent.pathname]).toEqual([PUBLIC, '/verify']);
    const verified = await browser.get(`/api/auth/verify-email${sent.search}`);
    expect(verified.status).toBe(200);
    expect((await browser.auth('sign-in/email', grace)).status).toBe(200);
    expect(await browser.viewer()).toMatchObject({
      emailVerified: true,
      operator: false,
      organizations: [{ name: 'Compilers', role: 'owner' }],
    });
  });

  test('S18: registering with an address that is taken is answered as with any other', async () => {
    const taken = await new Browser(app, page).auth('sign-up/email', grace);
    const free = await new Browser(app, page).auth('sign-up/email', { ...grace, email: 'free@example.org' });
    expect(taken.status).toBe(free.status);
    expect(Object.keys(taken.body)).toEqual(Object.keys(free.body));
    const keys = (body: Record<string, unknown>) => Object.keys(body['user'] as object).sort();
    expect(keys(taken.body)).toEqual(keys(free.body));
  });

  test('S18: nor does a sign-in with what was registered tell, nor how long it takes; whoever has the address is told', async () => {
    const from = arrived.length;
    const times: number[] = [];
    const answers = [];
    for (const email of [grace.email, 'hedy@example.org']) {
      const body = { name: 'Eve', email, password: 'what Eve has chosen' };
      const began = performance.now();
      await new Browser(app, page).auth('sign-up/email', body);
      times.push(performance.now() - began);
      const { status, body: said } = await new Browser(app, page).auth('sign-in/email', body);
      answers.push([status, said]);
    }
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    for (const time of times) expect(time).toBeGreaterThan(199);
    expect((await link(grace.email, from)).pathname).toBe('/sign-in');
    expect((await link('hedy@example.org', from)).pathname).toBe('/verify');
  });

  test('a mail to confirm an address comes with the sign-in as well, five in an hour', async () => {
    const from = arrived.length;
    const body = { name: 'Jean', email: 'jean@example.org', password: GOOD_PASSWORD };
    await new Browser(app, page).auth('sign-up/email', body);
    await new Browser(app, page).auth('sign-in/email', body);
    for (let i = 0; i < 3; i++) await new Browser(app, page).auth('send-verification-email', body);
    await new Browser(app, page).auth('sign-in/email', body);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(arrived.slice(from).filter(({ to }) => to === body.email)).toHaveLength(5);
  });

  test('a false proof proves nothing', async () => {
    expect(
      (await new Browser(app, page).get('/api/auth/verify-email?token=eyJhbGciOiJub25lIn0.e30.')).status,
    ).toBe(401);
  });
});

test('an invitation is mailed, and its link is shown to nobody else', async () => {
  const mutation =
    'mutation { inviteMember(email: "vera@example.org", role: viewer) { link invitation { id link } } }';
  const before = arrived.length;
  expect(await owner.field(mutation)).toMatchObject({ link: null, invitation: { link: null } });
  const sent = await link('vera@example.org');
  expect(sent.origin).toBe(PUBLIC);
  expect(arrived.at(-1)?.text).toContain("ada invites you to ada's organization");
  const [open] = await owner.field<{ id: string }[]>('{ invitations { id } }');
  const again = 'mutation ($id: ID!) { inviteAgain(id: $id) { link } }';
  expect(await owner.field(again, { id: open?.id })).toEqual({ link: null });
  await expect.poll(() => arrived.length).toBe(before + 2);
  expect((await link('vera@example.org')).href, 'a lost mail is sent once more').toBe(sent.href);
  const id = sent.pathname.replace('/invitation/', '');
  const vera = new Browser(app, page);
  const body = { name: 'Vera', email: 'vera@example.org', password: GOOD_PASSWORD, invitation: id };
  const mails = arrived.length;
  expect((await vera.auth('sign-up/email', body)).status).toBe(200);
  const signed = await vera.auth('sign-in/email', { email: 'vera@example.org', password: GOOD_PASSWORD });
  expect(signed.status, 'who has that mail needs no other').toBe(200);
  expect(arrived.slice(mails), 'and gets no other').toEqual([]);
  expect(await vera.field('mutation ($id: ID!) { acceptInvitation(id: $id) { role } }', { id })).toEqual({
    role: 'viewer',
  });
});

test('five mails to one address in an hour, and no more', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++)
    statuses.push(
      (await new Browser(app, page).auth('send-verification-email', { email: 'many@example.org' })).status,
    );
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
});

test('S19: an address is invited five times in an hour, by whoever withdraws it each time; one person invites fifty', async () => {
  const invite = (email: string) =>
    owner.ask(
      'mutation ($email: String!) { inviteMember(email: $email, role: viewer) { invitation { id } } }',
      {
        email,
      },
    );
  const cancel = async () => {
    for (const { id } of await owner.field<{ id: string }[]>('{ invitations { id } }'))
      await owner.field('mutation ($id: ID!) { cancelInvitation(id: $id) }', { id });
  };
  for (let i = 0; i < 5; i++) {
    expect(await invite('often@example.org')).toHaveProperty('data');
    await cancel();
  }
  expect(await invite('often@example.org')).toMatchObject({ code: 'RATE_LIMITED' });
  const codes = new Set<string | undefined>();
  for (let i = 0; i < 50; i++) codes.add((await invite(`some${i}@example.org`)).code);
  expect(codes).toEqual(new Set([undefined, 'RATE_LIMITED']));
});
