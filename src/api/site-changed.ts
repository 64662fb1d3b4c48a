import { Args, Field, ID, ObjectType, Resolver, Subscription } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';

import { checkSiteId } from './bad-input.js';
import type { ChangeStream } from './change-stream.js';
import type { GraphqlContext } from './context.js';
import { allSites, findSite, type SiteRow } from './find-site.js';
import { Site } from './site.js';
import { SiteWatch } from './site-watch.js';

@ObjectType()
export class SiteChange {
  @Field(() => Site, { description: 'Read in a fresh snapshot for every push.' })
  site: SiteRow;

  @Field({ description: 'What the answer includes: `partition:sequence`, comma-separated.' })
  position: string;
}

@Resolver()
export class SiteChangedResolver {
  constructor(private readonly watch: SiteWatch) {}

  @Subscription(() => SiteChange, {
    description:
      'Pushes at once, and again within half a second of a change; a site without events is pushed when its first one arrives.',
    resolve: (siteId: string, _args: unknown, { snapshot }: GraphqlContext) => siteChange(siteId, snapshot),
  })
  siteChanged(@Args('siteId', { type: () => ID }) siteId: string): ChangeStream<string> {
    return this.watch.site(checkSiteId('siteId', siteId));
  }

  @Subscription(() => [Site], {
    description: 'The sites, by ID: at once, and again when one is added or its settings change.',
    resolve: (_added: true, _args: unknown, { snapshot }: GraphqlContext) => allSites(snapshot),
  })
  sitesChanged(): ChangeStream<true> {
    return this.watch.sites();
  }
}

async function siteChange(siteId: string, snapshot: GraphqlContext['snapshot']): Promise<SiteChange> {
  const site = await findSite(snapshot, siteId);
  // The stream pushes only sites that exist; this one was deleted since.
  if (!site) throw new GraphQLError('there is no such site any more', { extensions: { code: 'NOT_FOUND' } });
  return { site, position: await snapshot.position() };
}
