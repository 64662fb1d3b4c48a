import { Inject } from '@nestjs/common';
import { Args, Context, ID, Mutation, Resolver } from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import { PG_POOL } from '#database/pool.js';

import { Accounts, newSlug } from '../accounts.js';
import { type Asked, inNameOf, memberWith, personOf } from './asked.js';
import { checkName, fault } from './fault.js';
import { ViewerOrganization } from './viewer.js';

@Resolver()
export class OrganizationsResolver {
  constructor(
    private readonly accounts: Accounts,
    @Inject(PG_POOL) private readonly pool: Pool,
  ) {}

  @Needs('signed-in')
  @Mutation(() => ViewerOrganization, {
    description: 'Makes an organization, of which who asks is the owner and where they work from then on.',
  })
  async createOrganization(
    @Context() context: Asked,
    @Args('name') name: string,
  ): Promise<ViewerOrganization> {
    personOf(context.actor);
    const wanted = checkName('name', name);
    const { id } = await inNameOf(context, (headers) =>
      this.accounts.auth.api.createOrganization({ headers, body: { name: wanted, slug: newSlug() } }),
    );
    return { id, name: wanted, role: 'owner' };
  }

  @Needs('organization.manage')
  @Mutation(() => ViewerOrganization)
  async renameOrganization(
    @Context() context: Asked,
    @Args('name') name: string,
  ): Promise<ViewerOrganization> {
    const { organizationId, role } = memberWith(context.actor, 'organization.manage');
    const wanted = checkName('name', name);
    await inNameOf(context, (headers) =>
      this.accounts.auth.api.updateOrganization({
        headers,
        body: { organizationId, data: { name: wanted } },
      }),
    );
    return { id: organizationId, name: wanted, role };
  }

  @Needs('signed-in')
  @Mutation(() => ViewerOrganization, {
    description: 'From now on who asks works there, in this browser. NOT_FOUND where they do not belong.',
  })
  async switchOrganization(
    @Context() { actor }: Asked,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<ViewerOrganization> {
    const { userId, sessionId } = personOf(actor);
    const { rows } = await this.pool.query<ViewerOrganization>(
      `WITH found AS (
         SELECT o.id, o.name, m.role FROM auth.member m JOIN auth.organization o ON o.id = m."organizationId"
         WHERE m."userId" = $1 AND o.id = $3),
       changed AS (
         UPDATE auth.session SET "activeOrganizationId" = found.id FROM found WHERE auth.session.id = $2)
       SELECT id, name, role FROM found`,
      [userId, sessionId, id],
    );
    if (rows[0] === undefined) throw fault('NOT_FOUND', 'There is no such organization');
    return rows[0];
  }
}
