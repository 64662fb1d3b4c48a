import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { type Browser, GOOD_PASSWORD, joined, signedIn } from './accounts/person.js';
import { bearer, createdKey, createdSite, registered, sent } from './support/real-tenants.js';
import { openWith, type Subscribed } from './support/subscribe-as.js';

// Sockets of people who are really signed in, at a product as it is started.
const SITE = 'watched-shop';
const FEED = 'subscription { eventFeed(recent: 0) { items { siteId eventId } } }';
const NEW_PASSWORD = 'four other words nobody guesses';

let stack: Stack;
let owner: Browser;
let key: string;

beforeAll(async () => {
  stack = await startStack({ env: { TIDEMARK_OPEN: 'false', TIDEMARK_SIGN_UP: 'open' } });
  owner = await registered(stack, 'ada');
  await createdSite(owner, SITE);
  key = (await createdKey(owner, 'PUBLIC', SITE)).secret;
});
afterAll(() => stack?.stop());

const text = (pushes: readonly unknown[]) => JSON.stringify(pushes);
const join = (name: string, role: string) => joined(owner, `${name}@example.org`, role);
const send = async () => (await sent(stack, key, SITE)).eventId;

/** The feed of somebody, who sees an event of the site. */
async function watching(headers: Record<string, string>): Promise<Subscribed> {
  const open = openWith(stack.url, headers, FEED);
  await waitFor(() => open.pushes.length > 0, { message: 'the first push' });
  const seen = await send();
  await waitFor(() => text(open.pushes).includes(seen), { message: 'an event before' });
  return open;
}
const cookieOf = ({ cookie }: Browser) => ({ cookie });

/** Nothing of the site comes any more: within 5 s it is said, or there is no socket any more; within 30 s there is none. */
async function expectEnded(open: Subscribed, since: number): Promise<void> {
  const after = await send();
  await waitFor(() => /FORBIDDEN|UNAUTHENTICATED/.test(text(open.pushes)), {
    timeout: since + 5_000 - Date.now(),
    message: 'the denial',
  });
  const closed = await open.closed;
  expect(closed.code).toBe(4403);
  expect(closed.at - since).toBeLessThan(30_000);
  expect(text(open.pushes)).not.toContain(after);
}

const memberOf = async (userId: string | undefined) =>
  (await owner.field<{ id: string; userId: string }[]>('{ members { id userId } }')).find(
    (each) => each.userId === userId,
  )?.id;

test('S09: a real editor who is made a viewer hears of no event any more', async () => {
  const editor = await join('edda', 'editor');
  const open = await watching(cookieOf(editor));
  const id = await memberOf((await editor.viewer())?.id);
  await owner.field('mutation ($id: ID!) { changeMemberRole(memberId: $id, role: viewer) { role } }', { id });
  await expectEnded(open, Date.now());
  expect((await editor.viewer())?.organization?.role).toBe('viewer');
});

test.each(['an organization of their own', 'no other organization'])(
  'S09: a real editor with %s who is removed hears of no event any more',
  async (which) => {
    const own = which.startsWith('an ');
    const name = own ? 'olga' : 'nora';
    const editor = await join(name, 'editor');
    if (own) {
      const { organization } = (await editor.viewer()) ?? {};
      await editor.field('mutation { createOrganization(name: "Own") { id } }');
      await editor.field('mutation ($id: ID!) { switchOrganization(id: $id) { id } }', {
        id: organization?.id,
      });
    }
    const open = await watching(cookieOf(editor));
    const id = await memberOf((await editor.viewer())?.id);
    await owner.field('mutation ($id: ID!) { removeMember(memberId: $id) }', { id });
    await expectEnded(open, Date.now());
    expect((await editor.viewer())?.organization?.name).toBe(own ? 'Own' : undefined);
    expect((await editor.ask('{ sites { id } }')).data?.['sites'] ?? []).toEqual([]);
  },
);

test('S13: who signs out has no socket any more; other sessions keep theirs', async () => {
  const editor = await join('otto', 'editor');
  const other = await signedIn(stack, 'otto@example.org');
  const open = await watching(cookieOf(editor));
  const kept = await watching(cookieOf(other));
  expect((await editor.auth('sign-out')).status).toBe(200);
  await expectEnded(open, Date.now());
  const next = await send();
  await waitFor(() => text(kept.pushes).includes(next), { message: 'the other session to go on' });
  await kept.dispose();
});

test('S13: a new password ends the sockets of all other sessions', async () => {
  const editor = await join('pia', 'editor');
  const other = await signedIn(stack, 'pia@example.org');
  const open = await watching(cookieOf(other));
  const changed = await editor.auth('change-password', {
    currentPassword: GOOD_PASSWORD,
    newPassword: NEW_PASSWORD,
  });
  expect(changed.status).toBe(200);
  await expectEnded(open, Date.now());
  expect(await other.viewer()).toBeNull();
  expect((await editor.viewer())?.email).toBe('pia@example.org');
});

test('S13: a password that is chosen by a link ends the sockets of all sessions', async () => {
  const editor = await join('quinn', 'editor');
  const open = await watching(cookieOf(editor));
  await editor.auth('request-password-reset', { email: 'quinn@example.org' });
  const token = /\/reset\?token=([\w-]+)/.exec(stack.output())?.[1];
  const reset = await editor.auth('reset-password', { token, newPassword: NEW_PASSWORD });
  expect(reset.status).toBe(200);
  await expectEnded(open, Date.now());
  expect(await editor.viewer()).toBeNull();
});

test('S13: one session ends another', async () => {
  const editor = await join('rosa', 'editor');
  const other = await signedIn(stack, 'rosa@example.org');
  const open = await watching(cookieOf(other));
  expect(await editor.field('mutation { revokeOtherSessions }')).toBe(1);
  await expectEnded(open, Date.now());
});

test('S26: when a real session expires its socket is closed with 4403 and nothing more is sent', async () => {
  const editor = await join('tess', 'editor');
  const client = new pg.Client({ connectionString: stack.runtime.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ at: Date }>(
    `UPDATE auth.session s SET "expiresAt" = now() + interval '6 seconds' FROM auth."user" u
     WHERE u.id = s."userId" AND u.email = 'tess@example.org' RETURNING s."expiresAt" AS at`,
  );
  await client.end();
  const expiresAt = rows[0]?.at.getTime() ?? 0;
  const open = await watching(cookieOf(editor));
  const closed = await open.closed;
  expect(closed.code).toBe(4403);
  expect(closed.at).toBeGreaterThanOrEqual(expiresAt - 50);
  expect(closed.at - expiresAt).toBeLessThan(5_000);
  const after = await send();
  expect(text(open.pushes)).not.toContain(after);
});

test('S09: a key that is revoked hears of no event any more', async () => {
  const reader = await createdKey(owner, 'SECRET', undefined, ['read']);
  const open = await watching(bearer(reader.secret));
  await owner.field('mutation ($id: ID!) { revokeKey(id: $id) { receipt } }', { id: reader.id });
  await expectEnded(open, Date.now());
});
