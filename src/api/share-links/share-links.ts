import { Inject } from '@nestjs/common';
import { Args, Context, Field, ID, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import type { Pool } from 'pg';

import { nameOf } from '#access/actor.js';
import { Needs } from '#access/needs.js';
import { hashPassword } from '#access/password-hash.js';
import { PG_POOL } from '#database/pool.js';
import { rowsOf } from '#database/row-reader.js';
import { addShareLink, revokeShareLink, shareLinks, type ShareLinkRow } from '#database/share-links.js';
import { asTenant } from '#database/tenant.js';
import { withSnapshot } from '#database/with-snapshot.js';

import { badInput, checkSiteId } from '../bad-input.js';
import type { GraphqlContext } from '../context.js';
import { findSite } from '../find-site.js';
import { DateTimeScalar } from '../scalars.js';
import { hashOf, newToken } from './token.js';

const LONGEST_NAME = 100;
const PASSWORD = { least: 8, most: 200 } as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

@ObjectType({ description: 'Shows the figures of one site to whoever has it.' })
export class ShareLink implements Omit<ShareLinkRow, 'organizationId'> {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  siteId: string;

  @Field({ description: 'For whoever manages links.' })
  name: string;

  @Field(() => DateTimeScalar)
  createdAt: Date;

  @Field({ description: 'In whose name, as in the audit trail.' })
  createdBy: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Null: never.' })
  expiresAt: Date | null;

  @Field(() => DateTimeScalar, { nullable: true })
  revokedAt: Date | null;

  @Field(() => Boolean)
  hasPassword: boolean;
}

@ObjectType()
export class ShareLinkCreated {
  @Field(() => ShareLink)
  link: ShareLink;

  @Field({ description: 'The path of the page, with the token: it is shown this once.' })
  url: string;
}

@Resolver()
export class ShareLinksResolver {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @Needs('shares.manage')
  @Query(() => [ShareLink], { description: 'Newest first, those that are over too; at most 200.' })
  shareLinks(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Context() { snapshot }: GraphqlContext,
  ): Promise<ShareLink[]> {
    const site = checkSiteId('siteId', siteId);
    // Not from a replica: it may not have what was made or revoked a moment ago.
    const { tenant } = snapshot;
    return asTenant(this.pool, tenant, (client) => shareLinks(rowsOf(client), site, tenant));
  }

  @Needs('shares.manage')
  @Mutation(() => ShareLinkCreated, {
    description: 'A link that shows the figures of a site, read-only, until it expires or is revoked.',
  })
  async createShareLink(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('name') name: string,
    @Context() { actor, snapshot }: GraphqlContext,
    @Args('expiresAt', { type: () => DateTimeScalar, nullable: true }) expiresAt?: Date | null,
    @Args('password', {
      type: () => String,
      nullable: true,
      description: `That whoever opens it must know; ${PASSWORD.least} to ${PASSWORD.most} characters.`,
    })
    password?: string | null,
  ): Promise<ShareLinkCreated> {
    const id = checkSiteId('siteId', siteId);
    const wanted = name.trim();
    if (wanted === '' || wanted.length > LONGEST_NAME || /\p{Cc}/u.test(wanted))
      throw badInput(`name must be 1 to ${LONGEST_NAME} printable characters`);
    if (expiresAt != null && expiresAt.getTime() <= Date.now())
      throw badInput('expiresAt must be in the future');
    if (password != null && (password.length < PASSWORD.least || password.length > PASSWORD.most))
      throw badInput(`password must be ${PASSWORD.least} to ${PASSWORD.most} characters`);
    const { tenant } = snapshot;
    const site = await withSnapshot(this.pool, tenant, (now) => findSite(now, id));
    if (!site) throw notFound(`There is no site "${id}"`);
    const { organizationId } = site;
    if (organizationId === null)
      throw badInput('siteId: this site belongs to no organization, which a link needs');
    const token = newToken();
    const kept = hashOf(token);
    if (!kept) throw new Error('a new token has another form than tokens have');
    // It takes its time, and no connection meanwhile.
    const hash = password == null ? undefined : await hashPassword(password);
    const link = await asTenant(this.pool, tenant, (client) =>
      addShareLink(rowsOf(client), {
        ...{ organizationId, site: id, name: wanted, token: kept, createdBy: nameOf(actor) },
        expiresAt: expiresAt ?? undefined,
        password: hash,
      }),
    );
    return { link, url: `/share/${token}` };
  }

  @Needs('shares.manage')
  @Mutation(() => ShareLink, { description: 'Whoever has the link sees nothing any more, from now on.' })
  async revokeShareLink(
    @Args('id', { type: () => ID }) id: string,
    @Context() { actor, snapshot }: GraphqlContext,
  ): Promise<ShareLink> {
    const { tenant } = snapshot;
    const link = UUID.test(id)
      ? await asTenant(this.pool, tenant, (client) =>
          revokeShareLink(rowsOf(client), id, nameOf(actor), tenant),
        )
      : undefined;
    if (!link) throw notFound('There is no such link');
    return link;
  }
}

const notFound = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'NOT_FOUND' } });
