import type { SiteTransferred } from '#events/workspace-event.js';
import type { Site } from '#workspace/state/workspace.js';

import { type Asked, type Decision, unknownSite } from './decide-site.js';

/** Gives a site that is nobody's to an organization; one that is somebody's stays with them. */
export function decideAdopt(
  site: Site | undefined,
  organizationId: string,
  asked: Asked,
): Decision<SiteTransferred> {
  if (!site) return unknownSite();
  if (site.organizationId !== undefined) return 'unchanged';
  return { event: { type: 'SiteTransferred', siteId: site.id, organizationId, ...asked } };
}
