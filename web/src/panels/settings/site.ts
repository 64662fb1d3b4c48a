import type { SiteSettingsQuery } from '../../gql/graphql.js';

/** A site's settings as the page has them. */
export type SiteSettings = NonNullable<SiteSettingsQuery['site']>;

export interface OfSite {
  readonly siteId: string;
  /** Undefined until it is there. */
  readonly site: SiteSettings | undefined;
}

/** The zone that somebody chose last, which the figures may not have yet. */
export const wantedZone = (site: SiteSettings): string => site.pendingSettings?.timeZone ?? site.timeZone;
