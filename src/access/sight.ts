import { type Actor, type Owned, reaches } from './actor.js';

/**
 * Whether what is about a site, or names none, may be shown; undefined: all of it. For what is read from memory or from the log,
 * where no database keeps tenants apart. What names no site may be anybody's.
 */
export function sightOf(
  actor: Actor,
  find: (siteId: string) => Owned | undefined,
): ((siteId: string | undefined) => boolean) | undefined {
  if (actor.kind === 'local') return undefined;
  return (siteId) => {
    const site = siteId === undefined ? undefined : find(siteId);
    return site !== undefined && reaches(actor, site);
  };
}
