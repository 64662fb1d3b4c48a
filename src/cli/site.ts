import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Pool } from 'pg';

import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { settingChanges } from '#database/setting-changes.js';
import { partitionFor } from '#workspace/state/partition-for.js';
import { Workspace, type Site } from '#workspace/state/workspace.js';
import {
  decideCreate,
  decideDefineEventType,
  decideRename,
  decideTimeZone,
} from '#workspace/commands/decide-site.js';
import type { Asked, Decision } from '#workspace/commands/decide-site.js';
import { LOCAL_OPERATOR } from '#workspace/commands/site-commands.js';
import type { Changed } from '#workspace/commands/setting-outcome.js';
import { SiteSettings } from '#workspace/commands/site-settings.js';

import { wholeNumber } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { LogSession } from './log-session.js';
import { Problem } from './problem.js';
import { table } from './text.js';
import { followJob } from './watch-job.js';

const LOOK_EVERY_MS = 50;
/** Within which a running projector has written a change. */
const WRITTEN_WITHIN_MS = 10_000;
/** How long the database may be away. */
const PATIENCE_MS = 300_000;

export function addSite(program: Command, context: () => CommandContext): void {
  const site = program
    .command('site')
    .description('Sites and their settings: list, create, rename, what changed');
  site
    .command('list')
    .description('Every site: its ID, its name, and where it lives in the log')
    .action(() => withPool(context(), list));
  site
    .command('create')
    .description('A site before its first event, which would create it just so')
    .argument('<site>', 'its ID: letters, digits, hyphens and underscores')
    .option('--name <name>', 'as people know it')
    .action((id: string, { name }: { name?: string }) =>
      change(context(), id, (found, asked, partition) =>
        decideCreate(found, { siteId: id, name }, partition, asked),
      ),
    );
  site
    .command('rename')
    .description('The name that people know a site by; its ID stays')
    .argument('<site>')
    .argument('<name>')
    .action((id: string, name: string) =>
      change(context(), id, (found, asked) => decideRename(found, name, asked)),
    );
  site
    .command('time-zone')
    .description(
      'The zone in which its days and hours begin, for its past too; returns when the figures are served so',
    )
    .argument('<site>')
    .argument('<zone>', 'an IANA name, such as "Europe/Vienna"')
    .action((id: string, zone: string) =>
      change(context(), id, (found, asked) => decideTimeZone(found, zone, asked)),
    );
  site
    .command('event-type')
    .description('What an event type means, for whoever reads its figures; "" takes that back')
    .argument('<site>')
    .argument('<event type>')
    .argument('<description>')
    .action((id: string, eventType: string, description: string) =>
      change(context(), id, (found, asked) =>
        decideDefineEventType(found, { eventType, description }, asked),
      ),
    );
  site
    .command('history')
    .description('The audit trail: who changed what, when, from what to what; newest first')
    .argument('[site]', 'all of them without one')
    .option('--last <n>', 'how many', wholeNumber(1, 10_000), 50)
    .action((id: string | undefined, { last }: { last: number }) =>
      withPool(context(), (pool, print) => history(pool, print, id, last)),
    );
}

type Print = CommandContext['print'];

async function withPool(
  { config, print }: CommandContext,
  work: (pool: Pool, print: Print) => Promise<void>,
): Promise<void> {
  const database = new DatabaseSession(config);
  try {
    await work(await database.pool(), print);
  } finally {
    await database.close();
  }
}

async function list(pool: Pool, print: Print): Promise<void> {
  const { rows } = await pool.query<{ id: string; title: string; partition: number }>(
    `SELECT name AS id, coalesce(title, '') AS title, partition FROM site ORDER BY name COLLATE "C"`,
  );
  if (rows.length === 0)
    return print('There are no sites yet: one is created by its first event, or by "site create".');
  print(
    table(
      ['site', 'name', 'partition'],
      rows.map((row) => [row.id, row.title, row.partition]),
    ),
  );
}

async function history(pool: Pool, print: Print, site: string | undefined, most: number): Promise<void> {
  const changes = await settingChanges(rowsOf(pool), { site, most });
  if (changes.length === 0)
    return print(site === undefined ? 'Nothing was changed yet.' : `Nothing was changed of "${site}".`);
  const shown = (value: string | null) => (value === null ? '–' : value.replaceAll('\n', ' '));
  print(
    table(
      ['when', 'who', 'site', 'setting', 'before', 'after'],
      changes.flatMap(({ at, actor, siteId, settings }) =>
        settings.map(({ setting, before, after }) => [
          at.toISOString().slice(0, 19).replace('T', ' '),
          actor,
          siteId ?? '',
          setting,
          shown(before),
          shown(after),
        ]),
      ),
    ),
  );
}

async function change(
  context: CommandContext,
  siteId: string,
  decide: (site: Site | undefined, asked: Asked, partition: number) => Decision,
): Promise<void> {
  const { config, signal, print } = context;
  const session = await LogSession.open(config, { patience: 0, signal, say: print });
  const { log } = session;
  const workspace = new Workspace();
  let stop: (() => Promise<void>) | undefined;
  try {
    stop = await log.workspace.follow((record) => workspace.applyRecord(record));
    const partition = partitionFor(siteId, workspace.partitions || log.partitions);
    const outcome = await new SiteSettings(log, workspace).change(
      { siteId, actor: LOCAL_OPERATOR },
      (site, asked) => decide(site, asked, partition),
    );
    if ('refused' in outcome) throw new Problem(outcome.message);
    if ('conflict' in outcome)
      throw new Problem(
        `"${siteId}" was changed by somebody else at the same moment; nothing was changed. Run this again.`,
      );
    if ('unavailable' in outcome)
      throw new Problem(
        'The log cannot be written now. Look whether the change is there ("site history"), then run this again.',
      );
    await shown(context, siteId, outcome);
  } finally {
    await stop?.();
    await session.close();
  }
}

/** Returns when the figures are served with the settings as they are. */
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
  const { rows } = await pool.query<{ id: number; state: string; arguments: Record<string, unknown> }>(
    `SELECT j.id::float8 AS id, j.state, j.arguments FROM job j JOIN site s ON s.name = j.arguments ->> 'site'
     WHERE j.kind = 'reproject' AND s.name = $1 AND s.revision < (j.arguments ->> 'revision')::bigint
     ORDER BY (j.arguments ->> 'revision')::bigint DESC, j.id DESC LIMIT 1`,
    [siteId],
  );
  const [job] = rows;
  return job?.state === 'failed' ? requestJob(pool, 'reproject', job.arguments) : job?.id;
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
