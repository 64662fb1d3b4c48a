import { useEffect } from 'react';
import { useNamedSite } from '../controls/use-view.js';
import type { ListedSiteFragment } from '../gql/graphql.js';
import { rememberedSite, rememberSite } from './remembered-site.js';
import { useSites } from './use-sites.js';

/** The site that the page is about: the one that the address names, else the one seen last. */
export function useChosenSite() {
  const { sites, archived, error, retry } = useSites();
  const all = sites && archived && [...sites, ...archived];
  const site = useNamedSite() ?? chooseSite(all);
  useEffect(() => {
    if (site !== undefined) rememberSite(site);
  }, [site]);
  return {
    site,
    known: all?.find(({ id }) => id === site),
    /** To choose from: one that was archived only while the page is about it. */
    sites: all?.filter(({ id, archivedAt }) => !archivedAt || id === site),
    /** Named, and not there. */
    unknown: site !== undefined && all?.every(({ id }) => id !== site) === true,
    none: all?.length === 0,
    error,
    retry,
  };
}

/**
 * The site seen last, if it still takes events, else the first that does, else one that was archived; the remembered one alone
 * while the list is on its way.
 */
function chooseSite(all: readonly ListedSiteFragment[] | undefined): string | undefined {
  const remembered = rememberedSite();
  if (all === undefined) return remembered;
  const working = all.filter(({ archivedAt }) => !archivedAt);
  return (working.find(({ id }) => id === remembered) ?? working[0] ?? all[0])?.id;
}
