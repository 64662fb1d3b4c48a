import { Inject } from '@nestjs/common';
import { Context, Field, ID, ObjectType, Query, Resolver } from '@nestjs/graphql';
import type { Pool } from 'pg';

import { may } from '#access/actor.js';
import { Needs } from '#access/needs.js';
import { type Permission, permissions, type Role } from '#access/permissions.js';
import { PG_POOL } from '#database/pool.js';

import type { Asked } from './asked.js';
import { MemberRole } from './role.js';

@ObjectType()
export class ViewerOrganization {
  @Field(() => ID)
  id: string;

  @Field()
  name: string;

  @Field(() => MemberRole)
  role: Role;
}

@ObjectType({ description: 'Who is signed in.' })
export class Viewer {
  @Field(() => ID)
  id: string;

  @Field()
  name: string;

  @Field()
  email: string;

  @Field()
  emailVerified: boolean;

  @Field({
    description: 'A second factor is asked for at sign-in with a password, not at sign-on by the provider.',
  })
  twoFactor: boolean;

  @Field({ description: 'Looks after the installation.' })
  operator: boolean;

  @Field({ description: 'False for who always signs on with the provider.' })
  password: boolean;

  @Field(() => ViewerOrganization, {
    nullable: true,
    description: 'Where they work now; null for who is in none.',
  })
  organization: ViewerOrganization | null;

  @Field(() => [ViewerOrganization])
  organizations: ViewerOrganization[];

  @Field(() => [String], { description: 'What they may do there, by the names of docs/access.md.' })
  permissions: string[];
}

interface PersonRow extends Omit<Viewer, 'organization' | 'permissions'> {
  readonly organizations: ViewerOrganization[];
}

const ALL = [...Object.keys(permissions), 'signed-in', 'operate'] as Permission[];

@Resolver()
export class ViewerResolver {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @Needs('public')
  @Query(() => Viewer, { nullable: true, description: 'Null where nobody is signed in.' })
  async viewer(@Context() { actor }: Asked): Promise<Viewer | null> {
    if (actor.kind !== 'person') return null;
    const { rows } = await this.pool.query<PersonRow>(
      `SELECT u.id, u.name, u.email, u."emailVerified", u."twoFactorEnabled" AS "twoFactor", u.operator,
         EXISTS (SELECT 1 FROM auth.account a WHERE a."userId" = u.id AND a.password IS NOT NULL) AS password,
         coalesce((SELECT json_agg(json_build_object('id', o.id, 'name', o.name, 'role', m.role) ORDER BY o.name, o.id)
           FROM auth.member m JOIN auth.organization o ON o.id = m."organizationId" WHERE m."userId" = u.id), '[]') AS organizations
       FROM auth."user" u WHERE u.id = $1`,
      [actor.userId],
    );
    const [person] = rows;
    if (!person) return null;
    return {
      ...person,
      organization: person.organizations.find(({ id }) => id === actor.organizationId) ?? null,
      permissions: ALL.filter((permission) => may(actor, permission)),
    };
  }
}
