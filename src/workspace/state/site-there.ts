import { isDeleted, type Site, type Workspace } from './workspace.js';

/** Undefined for a site whose grace period is over, as for one that never was. */
export function siteThere(workspace: Workspace, siteId: string): Site | undefined {
  const site = workspace.site(siteId);
  return site && !isDeleted(site, Date.now()) ? site : undefined;
}
