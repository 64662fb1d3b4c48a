import { Inject } from '@nestjs/common';
import { Args, Context, Field, ID, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import { PG_POOL } from '#database/pool.js';
import { asTenant } from '#database/tenant.js';
import { DateTimeScalar } from '#scalars/date-time.js';

import { type Asked, memberWith } from './asked.js';
import { fault } from './fault.js';

const MAX_FIRST = 200;

/** Of people, and, with an `s` before their number, of settings that concern no single site: the keys for all sites. */
const CHANGES = `
  WITH change AS (
    SELECT t.id::text, t.id AS number, t.at, t.actor, t.action,
      coalesce(s.name, CASE WHEN t.action LIKE 'Organization%' THEN t.after END, t.subject) AS subject, t.before, t.after
    FROM auth.trail t LEFT JOIN auth."user" s ON s.id = t.subject WHERE t."organizationId" = $1
    UNION ALL
    SELECT 's' || c.sequence, c.sequence, c.at, c.actor, c.action,
      regexp_replace(c.settings -> 0 ->> 'setting', '^key ', ''), c.settings -> 0 ->> 'before', c.settings -> 0 ->> 'after'
    FROM setting_change c WHERE c.site IS NULL AND c.organization_id = $1)
  SELECT c.id, c.at, c.actor, a.name AS "actorName", c.action, c.subject, c.before, c.after
  FROM change c LEFT JOIN auth."user" a ON c.actor = 'user:' || a.id
  WHERE $2::text IS NULL OR (c.at, c.number, c.id) < (SELECT b.at, b.number, b.id FROM change b WHERE b.id = $2)
  ORDER BY c.at DESC, c.number DESC, c.id DESC LIMIT $3`;

@ObjectType({
  description:
    'A change of who belongs to the organization and what they may, or of a key for all of its sites.',
})
export class OrganizationChange {
  @Field(() => ID, { description: 'For the page of those before it.' })
  id: string;

  @Field(() => DateTimeScalar)
  at: Date;

  @Field({ description: 'As in the audit trail of sites: `user:` and an ID, or what acts by itself.' })
  actor: string;

  @Field(() => String, { nullable: true, description: 'Name of the person; null for who is gone.' })
  actorName: string | null;

  @Field({ description: 'Such as MemberInvited, MemberAdded, MemberRoleChanged, MemberRemoved, KeyCreated.' })
  action: string;

  @Field({ description: 'Whom it is about: a name or an address; of a key how it begins.' })
  subject: string;

  @Field(() => String, {
    nullable: true,
    description: 'A role, a name or what a key may; null: there was none.',
  })
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
    if (before != null && !/^s?\d{1,15}$/.test(before))
      throw fault('BAD_USER_INPUT', 'before must be the id of a change');
    const values = [organizationId, before ?? null, first];
    const { rows } = await asTenant(this.pool, { organization: organizationId }, (client) =>
      client.query<OrganizationChange>(CHANGES, values),
    );
    return rows;
  }
}
