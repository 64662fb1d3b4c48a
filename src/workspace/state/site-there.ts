import { isDeleted, type Site, type Workspace } from './workspace.js';

/** Undefined for a site whose grace period is over, as for one that never was. `at`: milliseconds since the epoch. */
export function siteThere(workspace: Workspace, siteId: string, at: number): Site | undefined {
  const site = workspace.site(siteId);
  return site && !isDeleted(site, at) ? site : undefined;
}
