import { readOrigins } from '#access/origin-list.js';
import type {
  SiteArchived,
  SiteDeletionCancelled,
  SiteDeletionScheduled,
  SiteOriginsChanged,
  SiteRestored,
  SiteTransferred,
} from '#events/workspace-event.js';
import type { Site } from '#workspace/state/workspace.js';

import { type Asked, type Decision, type Refusal, unknownSite } from './decide-site.js';

/** How long a site that is to be deleted can be had back. */
export const GRACE_DAYS = 7;
const MOST_GRACE_DAYS = 90;
const DAY_MS = 86_400_000;

/** Is as common as a person's ID in any library of accounts. */
const ORGANIZATION = /^[A-Za-z0-9_-]{1,64}$/;

export function decideOrigins(
  site: Site | undefined,
  origins: readonly string[],
  asked: Asked,
): Decision<SiteOriginsChanged> {
  if (!site) return unknownSite();
  const read = readOrigins(origins);
  if ('fault' in read) return invalid('origins', read.fault);
  if (read.join(' ') === site.origins.join(' ')) return 'unchanged';
  return { event: { type: 'SiteOriginsChanged', siteId: site.id, origins: read, ...asked } };
}

export function decideArchive(site: Site | undefined, asked: Asked): Decision<SiteArchived> {
  if (!site) return unknownSite();
  if (site.archivedAt !== undefined) return 'unchanged';
  return { event: { type: 'SiteArchived', siteId: site.id, ...asked } };
}

export function decideRestore(site: Site | undefined, asked: Asked): Decision<SiteRestored> {
  if (!site) return unknownSite();
  if (site.archivedAt === undefined) return 'unchanged';
  return { event: { type: 'SiteRestored', siteId: site.id, ...asked } };
}

/** @param graceDays until it is as if there were no such site; 0: at once, and for ever */
export function decideDelete(
  site: Site | undefined,
  graceDays: number,
  asked: Asked,
): Decision<SiteDeletionScheduled> {
  if (!site) return unknownSite();
  if (!Number.isInteger(graceDays) || graceDays < 0 || graceDays > MOST_GRACE_DAYS)
    return invalid('graceDays', ` must be a whole number from 0 to ${MOST_GRACE_DAYS}`);
  // A date that was told is not moved: who wants another one calls this one off.
  if (site.deletesAt !== undefined) return 'unchanged';
  const deletesAt = asked.at + graceDays * DAY_MS;
  return { event: { type: 'SiteDeletionScheduled', siteId: site.id, deletesAt, ...asked } };
}

export function decideCancelDeletion(site: Site | undefined, asked: Asked): Decision<SiteDeletionCancelled> {
  if (!site) return unknownSite();
  if (site.deletesAt === undefined) return 'unchanged';
  return { event: { type: 'SiteDeletionCancelled', siteId: site.id, ...asked } };
}

/** @param accepted whether there is such an organization, and who asks may create sites there */
export function decideTransfer(
  site: Site | undefined,
  organizationId: string,
  accepted: boolean,
  asked: Asked,
): Decision<SiteTransferred> {
  if (!site) return unknownSite();
  if (!accepted || !ORGANIZATION.test(organizationId))
    return invalid('organizationId', ' must be the ID of an organization in which you may create sites');
  if (site.organizationId === organizationId) return 'unchanged';
  return { event: { type: 'SiteTransferred', siteId: site.id, organizationId, ...asked } };
}

/** @param fault goes behind the field's name as it is where it begins with a bracket or a space */
function invalid(field: string, fault: string): Refusal {
  const message = /^[[ ]/.test(fault) ? `${field}${fault}` : `${field} ${fault}`;
  return { refused: 'invalid', message, faults: [{ field, message }] };
}
