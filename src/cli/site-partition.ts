import { siteRule } from '#events/rules.js';
import { SiteDirectory } from '#ingest/site-directory.js';
import { silentLogger } from '#telemetry/logger.js';
import { Workspace } from '#workspace/state/workspace.js';

import type { LogSession } from './log-session.js';
import { Problem } from './problem.js';

/** Where each of these sites lives in the log; one that is new is created, and is then the organization's that `whose` says. */
export async function partitionsOf(
  session: LogSession,
  sites: readonly string[],
  whose: () => Promise<string | undefined>,
): Promise<ReadonlyMap<string, number>> {
  const unfit = sites.find((site) => siteRule(site) !== undefined);
  if (unfit !== undefined) {
    throw new Problem(`"${unfit}" is no site name: use 1 to 64 characters of A-Z, a-z, 0-9, _ and -.`);
  }
  return session.attempt(async (log) => {
    const workspace = new Workspace();
    const stop = await log.workspace.follow((record) => workspace.applyRecord(record));
    const directory = new SiteDirectory(log, workspace, silentLogger, { open: true });
    try {
      const found = new Map<string, number>();
      for (const site of sites) {
        const partition =
          directory.partitionOf(site) ?? (await directory.create(site, Date.now(), await whose()));
        if (typeof partition === 'string') throw new Error(`the site could not be created: ${partition}`);
        found.set(site, partition);
      }
      return found;
    } finally {
      void stop();
    }
  });
}
