import { Inject } from '@nestjs/common';
import { Args, Context, Field, ID, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import { PG_POOL } from '#database/pool.js';
import { DateTimeScalar } from '#scalars/date-time.js';

import { type Asked, memberWith } from './asked.js';
import { fault } from './fault.js';

const MAX_FIRST = 200;

@ObjectType({ description: 'A change of who belongs to the organization and what they may.' })
export class OrganizationChange {
  @Field(() => ID, { description: 'Grows with time.' })
  id: string;

  @Field(() => DateTimeScalar)
  at: Date;

  @Field({ description: 'As in the audit trail of sites: `user:` and an ID, or what acts by itself.' })
  actor: string;

  @Field(() => String, { nullable: true, description: 'Name of the person; null for who is gone.' })
  actorName: string | null;

  @Field({ description: 'Such as MemberInvited, MemberAdded, MemberRoleChanged, MemberRemoved.' })
  action: string;

  @Field({ description: 'Whom it is about: a name or an address.' })
  subject: string;

  @Field(() => String, { nullable: true, description: 'A role or a name; null: there was none.' })
  before: string | null;

  @Field(() => String, { nullable: true })
  after: string | null;
}

@Resolver()
export class OrganizationTrailResolver {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @Needs('members.manage')
  @Query(() => [OrganizationChange], {
    description: `Newest first; those before an \`id\` for the next page. \`first\`: 1 to ${MAX_FIRST}.`,
  })
  async organizationTrail(
    @Context() { actor }: Asked,
    @Args('first', { type: () => Int, defaultValue: 50 }) first = 50,
    @Args('before', { type: () => ID, nullable: true }) before?: string | null,
  ): Promise<OrganizationChange[]> {
    const { organizationId } = memberWith(actor, 'members.manage');
    if (first < 1 || first > MAX_FIRST) throw fault('BAD_USER_INPUT', `first must be 1 to ${MAX_FIRST}`);
    if (before != null && !/^\d{1,15}$/.test(before))
      throw fault('BAD_USER_INPUT', 'before must be the id of a change');
    const { rows } = await this.pool.query<OrganizationChange>(
      `SELECT t.id::text, t.at, t.actor, a.name AS "actorName", t.action,
         coalesce(s.name, CASE WHEN t.action LIKE 'Organization%' THEN t.after END, t.subject) AS subject, t.before, t.after
       FROM auth.trail t
       LEFT JOIN auth."user" a ON t.actor = 'user:' || a.id
       LEFT JOIN auth."user" s ON s.id = t.subject
       WHERE t."organizationId" = $1 AND ($2::bigint IS NULL OR t.id < $2) ORDER BY t.id DESC LIMIT $3`,
      [organizationId, before ?? null, first],
    );
    return rows;
  }
}
