import { Inject } from '@nestjs/common';
import { Args, Context, Field, ID, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import type { Role } from '#access/permissions.js';
import { PG_POOL } from '#database/pool.js';
import { DateTimeScalar } from '#scalars/date-time.js';

import { Accounts } from '../accounts.js';
import { type Asked, inNameOf, memberWith, personOf } from './asked.js';
import { fault } from './fault.js';
import { MemberRole } from './role.js';

@ObjectType('Member')
export class MemberType {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  userId: string;

  @Field()
  name: string;

  @Field()
  email: string;

  @Field(() => MemberRole)
  role: Role;

  @Field(() => DateTimeScalar)
  since: Date;

  @Field({
    description:
      'Who signs in as them with a password is asked for a second factor; sign-on by the provider asks for its own.',
  })
  twoFactor: boolean;
}

const MEMBERS = `
  SELECT m.id, m."userId", u.name, u.email, m.role, m."createdAt" AS since, u."twoFactorEnabled" AS "twoFactor"
  FROM auth.member m JOIN auth."user" u ON u.id = m."userId" WHERE m."organizationId" = $1`;

@Resolver()
export class MembersResolver {
  constructor(
    private readonly accounts: Accounts,
    @Inject(PG_POOL) private readonly pool: Pool,
  ) {}

  @Needs('members.read')
  @Query(() => [MemberType], { description: 'Who belongs to the organization, by name.' })
  async members(@Context() { actor }: Asked): Promise<MemberType[]> {
    const { organizationId } = memberWith(actor, 'members.read');
    const { rows } = await this.pool.query<MemberType>(`${MEMBERS} ORDER BY u.name, m.id`, [organizationId]);
    return rows;
  }

  @Needs('members.manage')
  @Mutation(() => MemberType, {
    description: 'Only an owner makes owners, or changes one; the last owner stays one.',
  })
  async changeMemberRole(
    @Context() context: Asked,
    @Args('memberId', { type: () => ID }) memberId: string,
    @Args('role', { type: () => MemberRole }) role: Role,
  ): Promise<MemberType> {
    const { organizationId } = memberWith(context.actor, 'members.manage');
    await this.find(organizationId, memberId);
    await inNameOf(context, (headers) =>
      this.accounts.auth.api.updateMemberRole({ headers, body: { organizationId, memberId, role } }),
    );
    return this.find(organizationId, memberId);
  }

  @Needs('members.manage')
  @Mutation(() => Boolean, {
    description:
      'They reach nothing of the organization from then on; invitations that they made end, keys that they made do not.',
  })
  async removeMember(
    @Context() context: Asked,
    @Args('memberId', { type: () => ID }) memberId: string,
  ): Promise<boolean> {
    const { organizationId } = memberWith(context.actor, 'members.manage');
    const { id } = await this.find(organizationId, memberId);
    await inNameOf(context, (headers) =>
      this.accounts.auth.api.removeMember({ headers, body: { organizationId, memberIdOrEmail: id } }),
    );
    return true;
  }

  @Needs('signed-in')
  @Mutation(() => Boolean, { description: 'Who asks leaves the organization; the last owner cannot.' })
  async leaveOrganization(@Context() context: Asked): Promise<boolean> {
    const { organizationId } = personOf(context.actor);
    if (organizationId === undefined) throw fault('NOT_FOUND', 'You belong to no organization');
    await inNameOf(context, (headers) =>
      this.accounts.auth.api.leaveOrganization({ headers, body: { organizationId } }),
    );
    return true;
  }

  /** One of another organization is as if there were none. */
  private async find(organizationId: string, memberId: string): Promise<MemberType> {
    const { rows } = await this.pool.query<MemberType>(`${MEMBERS} AND m.id = $2`, [
      organizationId,
      memberId,
    ]);
    if (rows[0] === undefined) throw fault('NOT_FOUND', 'There is no such member');
    return rows[0];
  }
}
