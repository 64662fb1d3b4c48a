import { afterAll, beforeAll, expect, test } from 'vitest';

import { Browser, signedIn } from '../e2e/accounts/person.js';
import { totp } from '../e2e/accounts/totp.js';
import { ask } from '../e2e/support/ask.js';
import { GOOD } from '../e2e/support/ingest-app.js';
import { inHeader, KEYED_DOORS, sendTo } from '../e2e/support/keyed-doors.js';
import { openMailbox } from '../e2e/support/mailbox.js';
import { bearer, createdKey, createdSite, DAY, eventsOf } from '../e2e/support/real-tenants.js';
import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { dumpOf, filesWith, tablesWith, withoutDatabase } from './support/stores.js';

const ADA = 'ada@example.org';
const passwords = {
  first: 'Kq3Z four words of Ada',
  chosen: 'Kq3Z four other words of Ada',
  vera: 'Kq3Z four words of Vera',
  grace: 'Kq3Z four words of Grace',
  wrong: 'Kq3Z four words of nobody',
  link: 'Kq3Z four words of a link',
};
/** Of the connection, behind a proxy, and of visitors, as bodies and headers of servers tell them. */
const ADDRESSES = ['198.51.100.177', '203.0.113.191', '2001:db8:191::abcd'] as const;
/** In what is stored: where it is not found, nothing else would be. */
const STORED = '/Jm5Z-stored';

const mailbox = await openMailbox();
let stack: Stack;
/** By what they are. */
const secrets = new Map<string, string>();
let cookie = '';
const keys = { public: '', secret: '' };
const tokens = { reset: '', invitation: '', link: '', proof: '' };

beforeAll(async () => {
  stack = await startStack({
    env: {
      ...{ TIDEMARK_LOG_LEVEL: 'trace', TIDEMARK_LOG_FORMAT: 'json', TIDEMARK_PROXY_HOPS: '1' },
      ...{ TIDEMARK_OPEN: 'false', TIDEMARK_SIGN_UP: 'open' },
      ...{ TIDEMARK_ADMIN_EMAIL: ADA, TIDEMARK_ADMIN_PASSWORD: passwords.first },
      ...{ TIDEMARK_SMTP_URL: mailbox.smtpUrl, TIDEMARK_MAIL_FROM: 'Tidemark <stats@example.org>' },
    },
  });
});
afterAll(async () => {
  await stack?.stop();
  await mailbox.close();
});

function noteCookies(browser: Browser): void {
  for (const pair of browser.cookie.split('; ')) {
    const [name = '', value = ''] = pair.split('=');
    for (const [n, part] of decodeURIComponent(value).split('.').entries())
      if (part.length >= 20) secrets.set(`${name} of ${secrets.size}, part ${n}`, part);
  }
}

const posted = async (browser: Browser, path: string, body: object): Promise<Record<string, unknown>> => {
  const answer = await browser.auth(path, body);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.body;
};

const askForReset = async (): Promise<string> => {
  const from = mailbox.arrived.length;
  await posted(new Browser(stack), 'request-password-reset', { email: ADA });
  return (await mailbox.link(ADA, from)).searchParams.get('token') ?? '';
};

/** Whatever a person is given or chooses. */
async function people(): Promise<Browser> {
  noteCookies(await signedIn(stack, ADA, passwords.first));
  const used = await askForReset();
  await posted(new Browser(stack), 'reset-password', { token: used, newPassword: passwords.chosen });
  tokens.reset = await askForReset();

  const ada = await signedIn(stack, ADA, passwords.chosen);
  noteCookies(ada);
  const { totpURI, backupCodes } = await posted(ada, 'two-factor/enable', { password: passwords.chosen });
  const factor = new URL(String(totpURI)).searchParams.get('secret') ?? '';
  for (const [n, code] of (backupCodes as string[]).entries()) secrets.set(`recovery code ${n}`, code);
  await posted(ada, 'two-factor/verify-totp', { code: totp(factor) });
  const again = await signedIn(stack, ADA, passwords.chosen);
  noteCookies(again);
  await posted(again, 'two-factor/verify-backup-code', { code: (backupCodes as string[])[0] });
  noteCookies(again);

  const invite = async (email: string) => {
    await again.field(`mutation { inviteMember(email: "${email}", role: viewer) { invitation { id } } }`);
    return (await mailbox.link(email)).pathname.split('/').at(-1) ?? '';
  };
  const accepted = await invite('vera@example.org');
  tokens.invitation = await invite('open@example.org');
  const vera = new Browser(stack);
  const asVera = { email: 'vera@example.org', password: passwords.vera };
  await posted(vera, 'sign-up/email', { ...asVera, name: 'Vera', invitation: accepted });
  await posted(vera, 'sign-in/email', asVera);
  noteCookies(vera);
  await vera.field('mutation ($id: ID!) { acceptInvitation(id: $id) { id } }', { id: accepted });
  const grace = { name: 'Grace', email: 'grace@example.org', password: passwords.grace };
  await posted(new Browser(stack), 'sign-up/email', grace);
  tokens.proof = (await mailbox.link(grace.email)).searchParams.get('token') ?? '';

  await createdSite(again, 'shop');
  keys.public = (await createdKey(again, 'PUBLIC', 'shop')).secret;
  keys.secret = (await createdKey(again, 'SECRET', 'shop', ['read', 'write', 'admin'])).secret;
  const { url } = await again.field<{ url: string }>(
    'mutation ($password: String!) { createShareLink(siteId: "shop", name: "board", password: $password) { url } }',
    { password: passwords.link },
  );
  tokens.link = url.split('/').at(-1) ?? '';
  cookie = again.cookie;
  for (const [name, text] of Object.entries({ ...passwords, ...keys, ...tokens, used, accepted, factor })) {
    expect(text.length, name).toBeGreaterThan(15);
    secrets.set(name, text);
  }
  return again;
}

/** A request of every kind, good ones and bad ones, each with what is right for somebody. @returns the answers' statuses */
async function drive(): Promise<Set<number>> {
  const seen = new Set<number>();
  const headers = {
    'x-forwarded-for': ADDRESSES[0],
    'x-plausible-ip': ADDRESSES[1],
    cookie,
    'tidemark-link': tokens.link,
    'tidemark-link-password': passwords.link,
  };
  const keyed = { ...headers, ...bearer(keys.secret) };
  for (const path of [
    `/reset?token=${tokens.reset}`,
    `/verify?token=${tokens.proof}`,
    `/invitation/${tokens.invitation}`,
    `/share/${tokens.link}?password=${encodeURIComponent(passwords.link)}`,
    `/api/auth/verify-email?token=${tokens.proof}x`,
    `/api/auth/callback/oidc?code=${tokens.reset}&state=${tokens.reset}`,
    `/api/stats?siteId=shop&date=${DAY}&key=${keys.secret}`,
    `/api/stats?siteId=${keys.secret}&date=${passwords.first}`,
    `/api/refused?site=shop&token=${keys.secret}`,
    `/graphql?query=%7B${tokens.reset}`,
    `/health/ready?token=${keys.secret}`,
    `/${keys.secret}/%zz`,
  ])
    for (const each of [headers, keyed])
      seen.add((await fetch(`${stack.url}${path}`, { headers: each, redirect: 'manual' })).status);

  const auth = async (path: string, body: object) =>
    seen.add((await sendTo(stack, { door: `/api/auth/${path}`, body, headers })).status);
  await auth('sign-in/email', { email: ADA, password: passwords.wrong });
  await auth('sign-in/email', { email: passwords.chosen, password: passwords.chosen });
  await auth('reset-password', { token: `${tokens.reset}x`, newPassword: passwords.wrong });
  await auth('two-factor/verify-backup-code', { code: `${secrets.get('recovery code 1')}x` });
  await auth('change-password', { currentPassword: passwords.wrong, newPassword: passwords.first });
  await auth('sign-up/email', { email: ADA, password: passwords.wrong, invitation: tokens.invitation });

  const view = { ...GOOD, path: STORED, url: `https://shop.example/?token=${tokens.reset}` };
  for (const [n, address] of ADDRESSES.entries()) {
    for (const body of [
      { ...view, address },
      { ...view, address, timestamp: 'never' },
      { n: 'pageview', u: `https://shop.example${STORED}`, d: keys.public },
    ])
      seen.add((await sendTo(stack, { body, headers: { ...keyed, 'x-plausible-ip': address } })).status);
    const event = `seen ${n}`;
    for (const [door, body] of [
      ['/v1/track', { event, writeKey: keys.public, userId: 'u', context: { ip: address } }],
      ['/e/', { event, api_key: keys.public, distinct_id: 'u', properties: { $ip: address } }],
      ['/api/send', { type: 'event', payload: { website: keys.public, url: STORED, ip: address } }],
    ] as const)
      seen.add((await sendTo(stack, { door, body, headers: { 'x-forwarded-for': address } })).status);
    const track = 'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { eventId } }';
    seen.add((await ask(stack, track, { input: { ...view, address } }, bearer(keys.secret))).status);
  }
  for (const door of KEYED_DOORS)
    for (const key of [keys.public, keys.secret])
      for (const sent of [door.sent(key), inHeader(door.sent(undefined), bearer(key))])
        seen.add((await sendTo(stack, inHeader(sent, { 'x-forwarded-for': ADDRESSES[2] }))).status);

  for (const [query, variables] of [
    ['query ($id: ID!) { invitation(id: $id) { email } }', { id: tokens.invitation }],
    ['mutation ($id: ID!) { acceptInvitation(id: $id) { id } }', { id: tokens.invitation }],
    ['mutation ($id: ID!) { createSite(siteId: $id) { revision } }', { id: keys.secret }],
    ['mutation ($id: ID!) { createSite(siteId: $id, name: $id) { revision } }', { id: keys.public }],
    ['mutation ($id: String!) { signIn(password: $id) { id } }', { id: passwords.chosen }],
    [`{ site(id: "${keys.secret} ") { id ${tokens.reset} } }`, {}],
    ['{ site(id: "shop") { id } }', {}],
  ] as const)
    for (const of of [{ cookie }, bearer(keys.secret), { ...headers, cookie: '' }])
      seen.add((await ask(stack, query, variables, { 'x-forwarded-for': ADDRESSES[0], ...of })).status);
  return seen;
}

test(
  'S14, S28, S32, S54: what people and servers prove themselves by, and addresses of visitors, are in no log and in no store',
  { timeout: 180_000 },
  async () => {
    const ada = await people();
    const seen = await drive();
    expect([...seen]).toEqual(expect.arrayContaining([200, 202, 400, 401, 404]));
    const last = await sendTo(stack, { body: { ...GOOD, path: STORED }, headers: bearer(keys.public) });
    expect(await eventsOf(ada, 'shop', last.body?.['receipt'] as string)).toBeGreaterThan(20);
    // While the database is away each answer is an error of another kind.
    const away = await withoutDatabase(stack.runtime.databaseUrl, drive);
    expect([...away].some((status) => status >= 500)).toBe(true);
    await waitFor(async () => (await fetch(`${stack.url}/health/ready`)).status === 200, { timeout: 60_000 });

    const lines = stack.output().split('\n');
    expect(lines.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThan(100);
    const dump = await dumpOf(stack.runtime.databaseUrl);
    // What was stored is found by the same search, so a secret would be.
    expect(filesWith(stack.dataDir, STORED).join()).toMatch(/nats|jetstream/);
    expect(tablesWith(dump, STORED).length).toBeGreaterThan(0);
    expect(tablesWith(dump, ADA)).toContain('auth."user"');
    expect(secrets.size).toBeGreaterThan(25);
    const told = [...secrets, ...ADDRESSES.map((address) => [address, address] as const)];
    for (const [what, text] of told) {
      expect(
        lines.filter((line) => line.includes(text)),
        `the log has: ${what}`,
      ).toEqual([]);
      // What an invitation's link holds is its ID there, and of no worth to another address.
      const kept = what === 'invitation' || what === 'accepted';
      expect(
        filesWith(stack.dataDir, text).filter((file) => !kept || !file.includes('/postgres/data/')),
        what,
      ).toEqual([]);
      expect(tablesWith(dump, text), what).toEqual(kept ? ['auth.invitation'] : []);
    }
  },
);
