import { useEffect } from 'react';
import { useNamedSite } from '../controls/use-view.js';
import { rememberedSite, rememberSite } from './remembered-site.js';
import { useSites } from './use-sites.js';

/** The site that the page is about: the one that the address names, else the one seen last. */
export function useChosenSite() {
  const { sites, error, retry } = useSites();
  const site = useNamedSite() ?? chooseSite(sites);
  useEffect(() => {
    if (site !== undefined) rememberSite(site);
  }, [site]);
  /** Named, and not there. */
  const unknown = site !== undefined && sites !== undefined && !sites.some(({ id }) => id === site);
  return { sites, site, unknown, error, retry };
}

/** The site seen last, if it is still there, else the first; the remembered one alone while the list is on its way. */
function chooseSite(sites: readonly { readonly id: string }[] | undefined): string | undefined {
  const remembered = rememberedSite();
  if (sites === undefined) return remembered;
  return sites.find(({ id }) => id === remembered)?.id ?? sites[0]?.id;
}
