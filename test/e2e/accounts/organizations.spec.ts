import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { Browser, firstOwner, GOOD_PASSWORD, invited, joined, signedIn } from './person.js';

let app: IngestApp;
let owner: Browser;
let database: pg.Client;
beforeAll(async () => {
  app = await startIngest({ open: false });
  database = new pg.Client({ connectionString: app.databaseUrl });
  await database.connect();
  owner = await firstOwner(app);
});
afterAll(async () => {
  await database?.end();
  await app?.stop();
});

const INVITE =
  'mutation ($email: String!, $role: MemberRole!) { inviteMember(email: $email, role: $role) { invitation { id link } link } }';
const ACCEPT = 'mutation ($id: ID!) { acceptInvitation(id: $id) { id name role } }';
const CHANGE_ROLE =
  'mutation ($id: ID!, $role: MemberRole!) { changeMemberRole(memberId: $id, role: $role) { id role } }';
const REMOVE = 'mutation ($id: ID!) { removeMember(memberId: $id) }';
const LEAVE = 'mutation { leaveOrganization }';

const memberId = async (browser: Browser, email: string): Promise<string> => {
  const members = await browser.field<{ id: string; email: string }[]>('{ members { id email } }');
  return members.find((member) => member.email === email)?.id ?? 'none';
};

describe('S21: an invitation', () => {
  test('shows to what it invites, lets register and is accepted once', async () => {
    const id = await invited(owner, 'Vera@Example.org', 'viewer');
    const anybody = new Browser(app);
    const shown = '{ invitation(id: "ID") { organization email role invitedBy registered } }'.replace(
      'ID',
      id,
    );
    expect(await anybody.field(shown)).toEqual({
      organization: 'Analytical Engines',
      email: 'vera@example.org',
      role: 'viewer',
      invitedBy: 'Ada',
      registered: false,
    });
    const vera = new Browser(app);
    const body = { name: 'Vera', email: 'vera@example.org', password: GOOD_PASSWORD, invitation: id };
    expect((await vera.auth('sign-up/email', body)).status).toBe(200);
    expect(await vera.viewer()).toMatchObject({
      organization: null,
      operator: false,
      permissions: ['signed-in'],
    });
    expect(await vera.field(ACCEPT, { id })).toMatchObject({ name: 'Analytical Engines', role: 'viewer' });
    expect(await vera.viewer()).toMatchObject({ organization: { role: 'viewer' } });
    expect(await vera.ask(ACCEPT, { id })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await anybody.field(shown)).toBeNull();
    const again = await new Browser(app).auth('sign-up/email', { ...body, email: 'other@example.org' });
    expect(again).toMatchObject({ status: 410, body: { code: 'INVITATION_GONE' } });
  });

  test('is for one address alone', async () => {
    const id = await invited(owner, 'walt@example.org', 'viewer');
    const other = { name: 'Eve', email: 'eve@example.org', password: GOOD_PASSWORD, invitation: id };
    expect(await new Browser(app).auth('sign-up/email', other)).toMatchObject({
      status: 403,
      body: { code: 'INVITATION_OF_ANOTHER', field: 'email' },
    });
    const vera = await signedIn(app, 'vera@example.org');
    expect(await vera.ask(ACCEPT, { id })).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('ends when whoever made it is removed, or may not make it any more', async () => {
    const mallory = await joined(owner, 'mallory@example.org', 'admin');
    const theirs = await invited(mallory, 'mallory2@example.org', 'admin');
    await owner.field(CHANGE_ROLE, { id: await memberId(owner, 'mallory@example.org'), role: 'owner' });
    const asOwner = await invited(mallory, 'mallory3@example.org', 'owner');
    const id = await memberId(owner, 'mallory@example.org');
    const works = async (invitation: string) =>
      (await new Browser(app).field(`{ invitation(id: "${invitation}") { role } }`)) !== null;
    expect([await works(theirs), await works(asOwner)]).toEqual([true, true]);
    await owner.field(CHANGE_ROLE, { id, role: 'admin' });
    expect([await works(theirs), await works(asOwner)]).toEqual([true, false]);
    expect(await owner.field(REMOVE, { id })).toBe(true);
    expect(await works(theirs)).toBe(false);
    const body = { name: 'M', email: 'mallory2@example.org', password: GOOD_PASSWORD, invitation: theirs };
    expect(await new Browser(app).auth('sign-up/email', body)).toMatchObject({ status: 410 });
  });

  test('is worth nothing once it is withdrawn or too old', async () => {
    const sent = await owner.field<{ invitation: { id: string }; link: string }>(INVITE, {
      email: 'zoe@example.org',
      role: 'editor',
    });
    const id = sent.link.split('/').at(-1) ?? '';
    expect(sent.invitation.id, 'what members see is not what the link holds').not.toBe(id);
    const zoe = { name: 'Zoe', email: 'zoe@example.org', password: GOOD_PASSWORD, invitation: id };
    const cancel = 'mutation ($id: ID!) { cancelInvitation(id: $id) }';
    expect(await owner.ask(cancel, { id }), 'nor is it taken for it').toMatchObject({ code: 'NOT_FOUND' });
    expect(await owner.field(cancel, { id: sent.invitation.id })).toBe(true);
    expect((await new Browser(app).auth('sign-up/email', zoe)).status).toBe(410);

    const second = await invited(owner, 'zoe@example.org', 'editor');
    await database.query(`UPDATE auth.invitation SET "expiresAt" = now() - interval '1 s' WHERE id = $1`, [
      second,
    ]);
    expect((await new Browser(app).auth('sign-up/email', { ...zoe, invitation: second })).status).toBe(410);
    // An expired one is in nobody's way.
    expect(await invited(owner, 'zoe@example.org', 'editor')).not.toBe(second);
  });

  test('is made again with the same link for seven more days; one that is over, with another link', async () => {
    const AGAIN = 'mutation ($id: ID!) { inviteAgain(id: $id) { invitation { expiresAt } link } }';
    const link = await invited(owner, 'again@example.org', 'editor');
    const [open] = await owner.field<{ id: string }[]>('{ invitations { id email } }');
    const inviteAgain = async (days: number) => {
      await database.query(`UPDATE auth.invitation SET "expiresAt" = now() + $2::interval WHERE id = $1`, [
        link,
        `${days} days`,
      ]);
      return owner.field<{ invitation: { expiresAt: string }; link: string }>(AGAIN, { id: open?.id });
    };
    const again = await inviteAgain(1);
    expect(again.link).toContain(link);
    expect(Date.parse(again.invitation.expiresAt)).toBeGreaterThan(Date.now() + 6.9 * 86_400_000);
    expect((await inviteAgain(-1)).link).not.toContain(link);
  });

  test('lasts seven days', async () => {
    const { rows } = await database.query<{ days: number }>(
      `SELECT round(extract(epoch FROM max("expiresAt" - "createdAt")) / 86400)::int AS days FROM auth.invitation`,
    );
    expect(rows[0]?.days).toBe(7);
  });

  test.each(['superadmin', 'owner,admin', 'member', ''])(
    'gives no role that there is not: %j',
    async (role) => {
      const answer = await owner.ask(INVITE, { email: 'role@example.org', role });
      expect(answer.code).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
    },
  );

  test('gives nobody a role that the database does not know, whoever asks for it', async () => {
    await expect(
      database.query(`UPDATE auth.member SET role = 'member' WHERE role = 'viewer'`),
    ).rejects.toThrow(/member_role_check/);
  });

  test('of a wrong address, and a second one of the same, are refused', async () => {
    expect(await owner.ask(INVITE, { email: 'nobody', role: 'viewer' })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    await invited(owner, 'twice@example.org', 'viewer');
    expect(await owner.ask(INVITE, { email: 'twice@example.org', role: 'admin' })).toMatchObject({
      code: 'CONFLICT',
    });
  });
});

describe('S10: the last owner', () => {
  test('can neither leave, nor be demoted, nor be removed', async () => {
    const id = await memberId(owner, 'ada@example.org');
    expect(await owner.ask(LEAVE)).toMatchObject({ code: 'CONFLICT' });
    expect(await owner.ask(CHANGE_ROLE, { id, role: 'viewer' })).toMatchObject({ code: 'CONFLICT' });
    expect(await owner.ask(REMOVE, { id })).toMatchObject({ code: 'CONFLICT' });
    expect(await owner.viewer()).toMatchObject({ organization: { role: 'owner' } });
  });

  test('stays, even where two leave at the same moment', async () => {
    const second = await joined(owner, 'olga@example.org', 'owner');
    const answers = await Promise.all([owner.ask(LEAVE), second.ask(LEAVE)]);
    const { rows } = await database.query<{ owners: number }>(
      `SELECT count(*)::int AS owners FROM auth.member WHERE role = 'owner'`,
    );
    expect(rows[0]?.owners).toBe(1);
    expect(answers.filter(({ code }) => code === 'CONFLICT')).toHaveLength(1);
    const stayed = answers[0]?.code === 'CONFLICT' ? owner : second;
    // Whoever left comes back, for the tests that follow.
    if (stayed === second) {
      const id = await invited(second, 'ada@example.org', 'owner');
      await owner.field(ACCEPT, { id });
    } else {
      const id = await invited(owner, 'olga@example.org', 'owner');
      await second.field(ACCEPT, { id });
    }
  });
});

describe('what roles may', () => {
  test('an admin neither makes owners nor changes one', async () => {
    const admin = await joined(owner, 'adam@example.org', 'admin');
    const [mine, olga] = [
      await memberId(admin, 'adam@example.org'),
      await memberId(admin, 'olga@example.org'),
    ];
    expect(await admin.ask(INVITE, { email: 'new@example.org', role: 'owner' })).toHaveProperty('code');
    expect(await admin.ask(CHANGE_ROLE, { id: mine, role: 'owner' })).toHaveProperty('code');
    expect(await admin.ask(CHANGE_ROLE, { id: olga, role: 'viewer' })).toHaveProperty('code');
    expect(await admin.ask(REMOVE, { id: olga })).toHaveProperty('code');
    expect(await admin.ask('mutation { renameOrganization(name: "Mine") { id } }')).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await admin.viewer()).toMatchObject({
      organization: { role: 'admin', name: 'Analytical Engines' },
    });
    expect(await memberId(owner, 'olga@example.org')).toBe(olga);
  });

  test.each(['editor', 'viewer'])('an %s manages nobody', async (role) => {
    const some = await joined(owner, `${role}@example.org`, role);
    const id = await memberId(some, 'adam@example.org');
    for (const answer of [
      await some.ask(INVITE, { email: 'new@example.org', role: 'viewer' }),
      await some.ask(CHANGE_ROLE, { id, role: 'viewer' }),
      await some.ask(REMOVE, { id }),
      await some.ask('{ invitations { id } }'),
      await some.ask('{ organizationTrail { id } }'),
    ])
      expect(answer).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('a role that is changed, and a membership that ends, count with the next request', async () => {
    const some = await joined(owner, 'changing@example.org', 'viewer');
    const id = await memberId(owner, 'changing@example.org');
    await owner.field(CHANGE_ROLE, { id, role: 'admin' });
    expect(await some.viewer()).toMatchObject({ organization: { role: 'admin' } });
    await owner.field(REMOVE, { id });
    expect(await some.viewer()).toMatchObject({ organization: null, organizations: [] });
    expect(await some.ask('{ members { id } }')).toMatchObject({ code: 'FORBIDDEN' });
  });
});

test('S01: members and invitations of another organization are as if there were none', async () => {
  const vera = await signedIn(app, 'vera@example.org');
  await vera.field('mutation { createOrganization(name: "Vera’s") { id } }');
  expect(await vera.viewer()).toMatchObject({ organization: { name: 'Vera’s', role: 'owner' } });
  const theirs = await memberId(owner, 'adam@example.org');
  const invitation = await invited(owner, 'open@example.org', 'viewer');
  expect(await vera.ask(CHANGE_ROLE, { id: theirs, role: 'viewer' })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await vera.ask(REMOVE, { id: theirs })).toMatchObject({ code: 'NOT_FOUND' });
  expect(
    await vera.ask('mutation ($id: ID!) { cancelInvitation(id: $id) }', { id: invitation }),
  ).toMatchObject({ code: 'NOT_FOUND' });
  const organizations = (await owner.viewer())?.organizations ?? [];
  expect(await vera.field<{ email: string }[]>('{ members { email } }'), 'only her own are listed').toEqual([
    { email: 'vera@example.org' },
  ]);
  const SWITCH = 'mutation ($id: ID!) { switchOrganization(id: $id) { name role } }';
  expect(await vera.field(SWITCH, { id: organizations[0]?.id })).toEqual({
    name: 'Analytical Engines',
    role: 'viewer',
  });
  expect(await vera.viewer()).toMatchObject({ organization: { role: 'viewer' } });
  const hers = (await vera.viewer())?.organizations.find(({ name }) => name === 'Vera’s');
  expect(await owner.ask(SWITCH, { id: hers?.id })).toMatchObject({ code: 'NOT_FOUND' });
});

test('who signs in anew, or changes the password, goes on in the organization where they were', async () => {
  const vera = await signedIn(app, 'vera@example.org');
  const [first, second] = (await vera.viewer())?.organizations ?? [];
  for (const one of [first, second]) {
    await vera.field('mutation ($id: ID!) { switchOrganization(id: $id) { id } }', { id: one?.id });
    const passwords = { currentPassword: GOOD_PASSWORD, newPassword: GOOD_PASSWORD };
    expect((await vera.auth('change-password', passwords)).status).toBe(200);
    expect(await vera.viewer()).toMatchObject({ organization: { id: one?.id } });
    await vera.auth('sign-out');
    await vera.auth('sign-in/email', { email: 'vera@example.org', password: GOOD_PASSWORD });
    expect(await vera.viewer()).toMatchObject({ organization: { id: one?.id } });
  }
});

test('the trail says who changed what, and nobody changes the trail', async () => {
  const some = await joined(owner, 'trail@example.org', 'viewer');
  const id = await memberId(owner, 'trail@example.org');
  await owner.field(CHANGE_ROLE, { id, role: 'editor' });
  await owner.field('mutation { renameOrganization(name: "Engines") { name } }');
  await owner.field(REMOVE, { id });
  const { id: ada } = (await owner.viewer()) ?? { id: '' };
  const { id: theirs } = (await some.viewer()) ?? { id: '' };
  const trail = await owner.field<object[]>(
    '{ organizationTrail(first: 6) { actor actorName action subject before after } }',
  );
  const by = { actor: `user:${ada}`, actorName: 'Ada' };
  const themselves = { actor: `user:${theirs}`, actorName: 'trail' };
  expect(trail).toEqual([
    { ...by, action: 'MemberRemoved', subject: 'trail', before: 'editor', after: null },
    {
      ...by,
      action: 'OrganizationRenamed',
      subject: 'Engines',
      before: 'Analytical Engines',
      after: 'Engines',
    },
    { ...by, action: 'MemberRoleChanged', subject: 'trail', before: 'viewer', after: 'editor' },
    { ...themselves, action: 'MemberAdded', subject: 'trail', before: null, after: 'viewer' },
    {
      ...themselves,
      action: 'InvitationAccepted',
      subject: 'trail@example.org',
      before: null,
      after: 'viewer',
    },
    { ...by, action: 'MemberInvited', subject: 'trail@example.org', before: null, after: 'viewer' },
  ]);
  for (const change of [
    'UPDATE auth.trail SET actor = $$eve$$',
    'DELETE FROM auth.trail',
    'TRUNCATE auth.trail',
  ])
    await expect(database.query(change)).rejects.toThrow(/only ever added to/);
});
