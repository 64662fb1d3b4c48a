import { describe, expect, test } from 'vitest';

import {
  ACCEPT,
  accountsLab,
  CHANGE_ROLE,
  GOOD_PASSWORD,
  INVITE,
  invited,
  joined,
  memberId,
  REMOVE,
  signedIn,
} from './person.js';

const lab = accountsLab();

const LEAVE = 'mutation { leaveOrganization }';

describe('S10: the last owner', () => {
  test('can neither leave, nor be demoted, nor be removed', async () => {
    const id = await memberId(lab.owner, 'ada@example.org');
    expect(await lab.owner.ask(LEAVE)).toMatchObject({ code: 'CONFLICT' });
    expect(await lab.owner.ask(CHANGE_ROLE, { id, role: 'viewer' })).toMatchObject({ code: 'CONFLICT' });
    expect(await lab.owner.ask(REMOVE, { id })).toMatchObject({ code: 'CONFLICT' });
    expect(await lab.owner.viewer()).toMatchObject({ organization: { role: 'owner' } });
  });

  test('stays, even where two leave at the same moment', async () => {
    const second = await joined(lab.owner, 'olga@example.org', 'owner');
    const answers = await Promise.all([lab.owner.ask(LEAVE), second.ask(LEAVE)]);
    const { rows } = await lab.database.query<{ owners: number }>(
      `SELECT count(*)::int AS owners FROM auth.member WHERE role = 'owner'`,
    );
    expect(rows[0]?.owners).toBe(1);
    expect(answers.filter(({ code }) => code === 'CONFLICT')).toHaveLength(1);
    const stayed = answers[0]?.code === 'CONFLICT' ? lab.owner : second;
    // Whoever left comes back, for the tests that follow.
    if (stayed === second) {
      const id = await invited(second, 'ada@example.org', 'owner');
      await lab.owner.field(ACCEPT, { id });
    } else {
      const id = await invited(lab.owner, 'olga@example.org', 'owner');
      await second.field(ACCEPT, { id });
    }
  });
});

describe('what roles may', () => {
  test('an admin neither makes owners nor changes one', async () => {
    const admin = await joined(lab.owner, 'adam@example.org', 'admin');
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
    expect(await memberId(lab.owner, 'olga@example.org')).toBe(olga);
  });

  test.each(['editor', 'viewer'])('an %s manages nobody', async (role) => {
    const some = await joined(lab.owner, `${role}@example.org`, role);
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
    const some = await joined(lab.owner, 'changing@example.org', 'viewer');
    const id = await memberId(lab.owner, 'changing@example.org');
    await lab.owner.field(CHANGE_ROLE, { id, role: 'admin' });
    expect(await some.viewer()).toMatchObject({ organization: { role: 'admin' } });
    await lab.owner.field(REMOVE, { id });
    expect(await some.viewer()).toMatchObject({ organization: null, organizations: [] });
    expect(await some.ask('{ members { id } }')).toMatchObject({ code: 'FORBIDDEN' });
  });
});

test('S01: members and invitations of another organization are as if there were none', async () => {
  const vera = await joined(lab.owner, 'vera@example.org', 'viewer');
  await vera.field('mutation { createOrganization(name: "Vera’s") { id } }');
  expect(await vera.viewer()).toMatchObject({ organization: { name: 'Vera’s', role: 'owner' } });
  const theirs = await memberId(lab.owner, 'adam@example.org');
  const invitation = await invited(lab.owner, 'open@example.org', 'viewer');
  expect(await vera.ask(CHANGE_ROLE, { id: theirs, role: 'viewer' })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await vera.ask(REMOVE, { id: theirs })).toMatchObject({ code: 'NOT_FOUND' });
  expect(
    await vera.ask('mutation ($id: ID!) { cancelInvitation(id: $id) }', { id: invitation }),
  ).toMatchObject({ code: 'NOT_FOUND' });
  const organizations = (await lab.owner.viewer())?.organizations ?? [];
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
  expect(await lab.owner.ask(SWITCH, { id: hers?.id })).toMatchObject({ code: 'NOT_FOUND' });
});

test('who signs in anew, or changes the password, goes on in the organization where they were', async () => {
  const vera = await signedIn(lab.app, 'vera@example.org');
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
  const some = await joined(lab.owner, 'trail@example.org', 'viewer');
  const id = await memberId(lab.owner, 'trail@example.org');
  await lab.owner.field(CHANGE_ROLE, { id, role: 'editor' });
  await lab.owner.field('mutation { renameOrganization(name: "Engines") { name } }');
  await lab.owner.field(REMOVE, { id });
  const { id: ada } = (await lab.owner.viewer()) ?? { id: '' };
  const { id: theirs } = (await some.viewer()) ?? { id: '' };
  const trail = await lab.owner.field<object[]>(
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
    await expect(lab.database.query(change)).rejects.toThrow(/only ever added to/);
});
