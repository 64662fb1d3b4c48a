import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';

import { LOCAL } from '#access/actor.js';
import { requestJob } from '#database/jobs.js';
import { pendingReprojection } from '#database/pending-reprojection.js';
import { rowsOf } from '#database/row-reader.js';
import { siteHome } from '#database/site-home.js';
import type { EventLog } from '#event-log/event-log.js';
import { partitionFor } from '#workspace/state/partition-for.js';
import { Workspace, type Site } from '#workspace/state/workspace.js';
import { ChangeLimit } from '#workspace/commands/change-limit.js';
import type { Asked, Decision, Refusal } from '#workspace/commands/decide-site.js';
import type { Changed } from '#workspace/commands/setting-outcome.js';
import type { SiteHomes } from '#workspace/commands/site-homes.js';
import { SiteSettings } from '#workspace/commands/site-settings.js';

import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { LogSession } from './log-session.js';
import { Problem } from './problem.js';
import { followJob } from './watch-job.js';

const LOOK_EVERY_MS = 50;
/** Within which a running projector has written a change. */
const WRITTEN_WITHIN_MS = 10_000;
/** How long the database may be away. */
const PATIENCE_MS = 300_000;

/** What a command decides, and how it says what came of it. */
export interface Change {
  readonly decide: (site: Site | undefined, asked: Asked, partition: number) => Decision;
  /** Said before the rest, where something was changed. */
  readonly tell?: () => string;
  readonly refused?: (refusal: Refusal) => string;
}

/** Changes a site's settings as they are in the log. Returns when the figures are served with them. */
export function changeSettings(
  context: CommandContext,
  siteId: string,
  { decide, tell, refused = ({ message }) => message }: Change,
): Promise<void> {
  return withSettings(context, async (settings, partitions) => {
    const outcome = await settings.change({ siteId, actor: LOCAL }, (site, asked) =>
      decide(site, asked, partitionFor(siteId, partitions)),
    );
    if ('refused' in outcome) throw new Problem(refused(outcome));
    if ('conflict' in outcome)
      throw new Problem(
        `"${siteId}" was changed by somebody else at the same moment; nothing was changed. Run this again.`,
      );
    if ('limited' in outcome) throw new Problem(`${outcome.limited}.`);
    if ('unavailable' in outcome)
      throw new Problem(
        'The log cannot be written now. Look whether the change is there ("site history"), then run this again.',
      );
    if (outcome.changed && tell) context.print(tell());
    await shown(context, siteId, outcome);
  });
}

/** With the settings of all sites as the log holds them. `partitions`: how many new sites are spread over. */
export function withSettings(
  context: CommandContext,
  work: (settings: SiteSettings, partitions: number) => Promise<void>,
): Promise<void> {
  return withWorkspace(context, ({ log, workspace, homes }) =>
    work(new SiteSettings(log, workspace, homes, new ChangeLimit()), workspace.partitions || log.partitions),
  );
}

interface WorkspaceSession {
  readonly log: EventLog;
  readonly workspace: Workspace;
  readonly homes: SiteHomes;
}

/** With the workspace as the log holds it. */
export async function withWorkspace(
  { config, signal, print }: CommandContext,
  work: (session: WorkspaceSession) => Promise<void>,
): Promise<void> {
  const session = await LogSession.open(config, { patience: 0, signal, say: print });
  const { log } = session;
  const workspace = new Workspace();
  const database = new DatabaseSession(config);
  const homes: SiteHomes = {
    partitionOf: (siteId) =>
      database
        .pool()
        .then((pool) => siteHome(rowsOf(pool), siteId))
        .catch(() => undefined),
  };
  let stop: (() => Promise<void>) | undefined;
  try {
    stop = await log.workspace.follow((record) => workspace.applyRecord(record));
    workspace.isKnown = true;
    await work({ log, workspace, homes });
  } finally {
    await stop?.();
    await database.close();
    await session.close();
  }
}

async function shown(
  { config, signal, print }: CommandContext,
  siteId: string,
  { changed, revision }: Changed,
): Promise<void> {
  const database = new DatabaseSession(config);
  try {
    const pool = await database.pool();
    await written(pool, revision, signal);
    // Where figures depend on what was changed, or an earlier try failed.
    const job = await reprojection(pool, siteId);
    if (job !== undefined)
      await followJob({ kind: 'reproject', patience: PATIENCE_MS }, database, { signal }, () =>
        Promise.resolve(job),
      );
    else if (!changed) return print('Nothing to change: it is so already.');
    print(`Done: "${siteId}" is at revision ${revision}.`);
  } finally {
    await database.close();
  }
}

/** The order by which the site's figures get its settings, where they do not have them. */
async function reprojection(pool: Pool, siteId: string): Promise<number | undefined> {
  const job = await pendingReprojection(rowsOf(pool), siteId);
  return job?.state === 'failed' ? requestJob(pool, 'reproject', { ...job.arguments }) : job?.id;
}

/** Returns when a projector has written it. */
async function written(pool: Pool, sequence: number, signal: AbortSignal): Promise<void> {
  const until = Date.now() + WRITTEN_WITHIN_MS;
  for (;;) {
    const { rows } = await pool.query<{ sequence: number }>(
      'SELECT sequence::float8 AS sequence FROM workspace_checkpoint',
    );
    if ((rows[0]?.sequence ?? 0) >= sequence) return;
    if (Date.now() > until || signal.aborted)
      throw new Problem(
        'The change is stored, and is not shown yet: is a projector running? Nothing needs to be run again.',
      );
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
