import { describe, expect, test } from 'vitest';

import {
  ACCEPT,
  accountsLab,
  Browser,
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

describe('S21: an invitation', () => {
  test('shows to what it invites, lets register and is accepted once', async () => {
    const id = await invited(lab.owner, 'Vera@Example.org', 'viewer');
    const anybody = new Browser(lab.app);
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
    const vera = new Browser(lab.app);
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
    const again = await new Browser(lab.app).auth('sign-up/email', { ...body, email: 'other@example.org' });
    expect(again).toMatchObject({ status: 410, body: { code: 'INVITATION_GONE' } });
  });

  test('is for one address alone', async () => {
    const id = await invited(lab.owner, 'walt@example.org', 'viewer');
    const other = { name: 'Eve', email: 'eve@example.org', password: GOOD_PASSWORD, invitation: id };
    expect(await new Browser(lab.app).auth('sign-up/email', other)).toMatchObject({
      status: 403,
      body: { code: 'INVITATION_OF_ANOTHER', field: 'email' },
    });
    const vera = await signedIn(lab.app, 'vera@example.org');
    expect(await vera.ask(ACCEPT, { id })).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('ends when whoever made it is removed, or may not make it any more', async () => {
    const mallory = await joined(lab.owner, 'mallory@example.org', 'admin');
    const theirs = await invited(mallory, 'mallory2@example.org', 'admin');
    await lab.owner.field(CHANGE_ROLE, {
      id: await memberId(lab.owner, 'mallory@example.org'),
      role: 'owner',
    });
    const asOwner = await invited(mallory, 'mallory3@example.org', 'owner');
    const id = await memberId(lab.owner, 'mallory@example.org');
    const works = async (invitation: string) =>
      (await new Browser(lab.app).field(`{ invitation(id: "${invitation}") { role } }`)) !== null;
    expect([await works(theirs), await works(asOwner)]).toEqual([true, true]);
    await lab.owner.field(CHANGE_ROLE, { id, role: 'admin' });
    expect([await works(theirs), await works(asOwner)]).toEqual([true, false]);
    expect(await lab.owner.field(REMOVE, { id })).toBe(true);
    expect(await works(theirs)).toBe(false);
    const body = { name: 'M', email: 'mallory2@example.org', password: GOOD_PASSWORD, invitation: theirs };
    expect(await new Browser(lab.app).auth('sign-up/email', body)).toMatchObject({ status: 410 });
  });

  test('is worth nothing once it is withdrawn or too old', async () => {
    const sent = await lab.owner.field<{ invitation: { id: string }; link: string }>(INVITE, {
      email: 'zoe@example.org',
      role: 'editor',
    });
    const id = sent.link.split('/').at(-1) ?? '';
    expect(sent.invitation.id, 'what members see is not what the link holds').not.toBe(id);
    const zoe = { name: 'Zoe', email: 'zoe@example.org', password: GOOD_PASSWORD, invitation: id };
    const cancel = 'mutation ($id: ID!) { cancelInvitation(id: $id) }';
    expect(await lab.owner.ask(cancel, { id }), 'nor is it taken for it').toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await lab.owner.field(cancel, { id: sent.invitation.id })).toBe(true);
    expect((await new Browser(lab.app).auth('sign-up/email', zoe)).status).toBe(410);

    const second = await invited(lab.owner, 'zoe@example.org', 'editor');
    await lab.database.query(
      `UPDATE auth.invitation SET "expiresAt" = now() - interval '1 s' WHERE id = $1`,
      [second],
    );
    expect((await new Browser(lab.app).auth('sign-up/email', { ...zoe, invitation: second })).status).toBe(
      410,
    );
    // An expired one is in nobody's way.
    expect(await invited(lab.owner, 'zoe@example.org', 'editor')).not.toBe(second);
  });

  test('is made again with the same link for seven more days; one that is over, with another link', async () => {
    const AGAIN = 'mutation ($id: ID!) { inviteAgain(id: $id) { invitation { expiresAt } link } }';
    const link = await invited(lab.owner, 'again@example.org', 'editor');
    const [open] = await lab.owner.field<{ id: string }[]>('{ invitations { id email } }');
    const inviteAgain = async (days: number) => {
      await lab.database.query(
        `UPDATE auth.invitation SET "expiresAt" = now() + $2::interval WHERE id = $1`,
        [link, `${days} days`],
      );
      return lab.owner.field<{ invitation: { expiresAt: string }; link: string }>(AGAIN, { id: open?.id });
    };
    const again = await inviteAgain(1);
    expect(again.link).toContain(link);
    expect(Date.parse(again.invitation.expiresAt)).toBeGreaterThan(Date.now() + 6.9 * 86_400_000);
    expect((await inviteAgain(-1)).link).not.toContain(link);
  });

  test('lasts seven days', async () => {
    const { rows } = await lab.database.query<{ days: number }>(
      `SELECT round(extract(epoch FROM max("expiresAt" - "createdAt")) / 86400)::int AS days FROM auth.invitation`,
    );
    expect(rows[0]?.days).toBe(7);
  });

  test.each(['superadmin', 'owner,admin', 'member', ''])(
    'gives no role that there is not: %j',
    async (role) => {
      const answer = await lab.owner.ask(INVITE, { email: 'role@example.org', role });
      expect(answer.code).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
    },
  );

  test('gives nobody a role that the database does not know, whoever asks for it', async () => {
    await expect(
      lab.database.query(`UPDATE auth.member SET role = 'member' WHERE role = 'viewer'`),
    ).rejects.toThrow(/member_role_check/);
  });

  test('of a wrong address, and a second one of the same, are refused', async () => {
    expect(await lab.owner.ask(INVITE, { email: 'nobody', role: 'viewer' })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    await invited(lab.owner, 'twice@example.org', 'viewer');
    expect(await lab.owner.ask(INVITE, { email: 'twice@example.org', role: 'admin' })).toMatchObject({
      code: 'CONFLICT',
    });
  });
});
