import { Inject } from '@nestjs/common';
import { Args, Context, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import type { Role } from '#access/permissions.js';
import { PG_POOL } from '#database/pool.js';

import { Accounts } from '../accounts.js';
import { Throttle } from '../throttle.js';
import { type Asked, inNameOf, memberWith, personOf } from './asked.js';
import { fault, tooMany } from './fault.js';
import { Invitation, InvitationReceived, Invited } from './invitation.types.js';
import { MemberRole } from './role.js';
import { ViewerOrganization } from './viewer.js';

/** The library's ID of an invitation is what its link holds, a secret; members see a hash of it. */
const HANDLE = `left(encode(sha256(convert_to(i.id, 'UTF8')), 'hex'), 32)`;
const INVITATION = `
  SELECT ${HANDLE} AS id, i.email, i.role, i."createdAt", i."expiresAt", i."expiresAt" <= now() AS expired, i.id AS secret,
    u.name AS "invitedBy"
  FROM auth.invitation i LEFT JOIN auth."user" u ON u.id = i."inviterId"
  WHERE i."organizationId" = $1 AND i.status = 'pending'`;

type InvitationRow = Omit<Invitation, 'link'> & { readonly secret: string };

@Resolver()
export class InvitationsResolver {
  constructor(
    private readonly accounts: Accounts,
    private readonly throttle: Throttle,
    @Inject(PG_POOL) private readonly pool: Pool,
  ) {}

  @Needs('members.manage')
  @Query(() => [Invitation], { description: 'Those that nobody has accepted yet, the newest first.' })
  async invitations(@Context() { actor }: Asked): Promise<Invitation[]> {
    const { organizationId } = memberWith(actor, 'members.manage');
    const { rows } = await this.pool.query<InvitationRow>(`${INVITATION} ORDER BY i."createdAt" DESC, i.id`, [
      organizationId,
    ]);
    return rows.map((row) => this.shown(row));
  }

  @Needs('public')
  @Query(() => InvitationReceived, {
    nullable: true,
    description: 'To what a link invites; null where it was used, withdrawn or has expired.',
  })
  async invitation(@Args('id', { type: () => ID }) id: string): Promise<InvitationReceived | null> {
    const { rows } = await this.pool.query<InvitationReceived>(
      `SELECT i.id, o.name AS organization, i.email, i.role, u.name AS "invitedBy", i."expiresAt",
         EXISTS (SELECT 1 FROM auth."user" p WHERE p.email = i.email) AS registered
       FROM auth.invitation i JOIN auth.organization o ON o.id = i."organizationId"
       LEFT JOIN auth."user" u ON u.id = i."inviterId"
       WHERE i.id = $1 AND i.status = 'pending' AND i."expiresAt" > now()`,
      [id],
    );
    return rows[0] ?? null;
  }

  @Needs('members.manage')
  @Mutation(() => Invited, {
    description:
      'Sends a link that works for seven days. Without a mail server `link` has it, to be handed on. Only an owner invites owners. 5 an hour to one address, 50 in all.',
  })
  async inviteMember(
    @Context() context: Asked,
    @Args('email') email: string,
    @Args('role', { type: () => MemberRole }) role: Role,
  ): Promise<Invited> {
    const wanted = email.trim().toLowerCase();
    if (wanted.length > 254) throw fault('BAD_USER_INPUT', 'email must have at most 254 characters');
    return this.invite(context, { email: wanted, role, resend: false });
  }

  @Needs('members.manage')
  @Mutation(() => Invited, {
    description:
      'Sends the link of an open invitation once more; it works for seven days from then on. One that has expired gets a new link. Counted as `inviteMember`.',
  })
  async inviteAgain(@Context() context: Asked, @Args('id', { type: () => ID }) id: string): Promise<Invited> {
    const { email, role } = await this.openOne(context, id);
    return this.invite(context, { email, role, resend: true });
  }

  @Needs('members.manage')
  @Mutation(() => Boolean, { description: 'Its link is worth nothing from then on.' })
  async cancelInvitation(
    @Context() context: Asked,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<boolean> {
    const found = await this.openOne(context, id);
    await inNameOf(context, (headers) =>
      this.accounts.auth.api.cancelInvitation({ headers, body: { invitationId: found.secret } }),
    );
    return true;
  }

  @Needs('signed-in')
  @Mutation(() => ViewerOrganization, {
    description: 'Who asks belongs to the organization from then on, and works there. `id`: of the link.',
  })
  async acceptInvitation(
    @Context() context: Asked,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<ViewerOrganization> {
    personOf(context.actor);
    const { invitation } = await inNameOf(context, (headers) =>
      this.accounts.auth.api.acceptInvitation({ headers, body: { invitationId: id } }),
    );
    const { rows } = await this.pool.query<ViewerOrganization>(
      'SELECT id, name FROM auth.organization WHERE id = $1',
      [invitation.organizationId],
    );
    return { id: invitation.organizationId, name: rows[0]?.name ?? '', role: invitation.role };
  }

  private async openOne({ actor }: Asked, id: string): Promise<InvitationRow> {
    const { organizationId } = memberWith(actor, 'members.manage');
    const { rows } = await this.pool.query<InvitationRow>(`${INVITATION} AND ${HANDLE} = $2`, [
      organizationId,
      id,
    ]);
    if (!rows[0]) throw fault('NOT_FOUND', 'There is no such invitation');
    return rows[0];
  }

  private async invite(
    context: Asked,
    { email, role, resend }: { readonly email: string; readonly role: Role; readonly resend: boolean },
  ): Promise<Invited> {
    const { organizationId, userId } = memberWith(context.actor, 'members.manage');
    const { wait } = await this.throttle.take({ mail: email, 'mail-sender': userId });
    if (wait > 0) throw tooMany(wait);
    await this.forgetExpired(organizationId, email);
    const { id } = await inNameOf(context, (headers) =>
      this.accounts.auth.api.createInvitation({ headers, body: { organizationId, email, role, resend } }),
    );
    const { rows } = await this.pool.query<InvitationRow>(`${INVITATION} AND i.id = $2`, [
      organizationId,
      id,
    ]);
    if (rows[0] === undefined) throw fault('CONFLICT', 'The invitation was withdrawn at once');
    const invitation = this.shown(rows[0]);
    await this.send(email, organizationId, userId, this.linkOf(id));
    return { invitation, link: invitation.link };
  }

  /** There is one open invitation of an address; what nobody can accept any more must not be in the way. */
  private async forgetExpired(organizationId: string, email: string): Promise<void> {
    await this.pool.query(
      `UPDATE auth.invitation SET status = 'expired'
       WHERE "organizationId" = $1 AND email = $2 AND status = 'pending' AND "expiresAt" <= now()`,
      [organizationId, email],
    );
  }

  private async send(email: string, organizationId: string, userId: string, link: string): Promise<void> {
    const { rows } = await this.pool.query<{ organization: string; inviter: string }>(
      'SELECT o.name AS organization, u.name AS inviter FROM auth.organization o, auth."user" u WHERE o.id = $1 AND u.id = $2',
      [organizationId, userId],
    );
    const { organization = '', inviter = '' } = rows[0] ?? {};
    this.accounts.letters.invite(email, organization, inviter, link);
  }

  private shown({ secret, ...invitation }: InvitationRow): Invitation {
    // Where mail is sent, the link proves that whoever opens it reads that mail; so nobody else gets it.
    return { ...invitation, link: this.accounts.letters.sends ? null : this.linkOf(secret) };
  }

  private linkOf(secret: string): string {
    return this.accounts.letters.link(`/invitation/${secret}`);
  }
}
