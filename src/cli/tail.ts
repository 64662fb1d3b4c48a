import { setTimeout as sleep } from 'node:timers/promises';

import { InvalidArgumentError, type Command } from 'commander';

import { EventFeed } from '#event-feed/event-feed.js';
import type { FeedItem } from '#event-feed/feed-item.js';
import { silentLogger } from '#telemetry/logger.js';
import { Workspace } from '#workspace/state/workspace.js';

import { commaList, wholeNumber } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { LogSession } from './log-session.js';
import { Problem } from './problem.js';
import { itemJson, itemText } from './tail-text.js';

const LOOK_EVERY_MS = 500;
/** For a log that is not there yet; one that goes away is waited for without end. */
const PATIENCE_MS = 10_000;
const SITES_NAMED = 10;

interface Options {
  readonly site?: string;
  readonly type?: readonly string[];
  readonly refused?: boolean;
  readonly json?: boolean;
  readonly number?: number;
  readonly for?: number;
}

export function addTail(program: Command, context: () => CommandContext): void {
  program
    .command('tail')
    .description('Show what becomes of each event as it comes in, stored or refused and why, until Ctrl-C')
    .option('--site <site>', 'of this site, and refused calls that name none; all of them without it')
    .option('--type <types>', 'of these event types, with commas between', commaList)
    .option('--refused', 'refused ones alone')
    .option('--json', 'for scripts: one object a line')
    .option('-n, --number <n>', 'end after so many', wholeNumber(1, 1_000_000_000))
    .option('--for <seconds>', 'end after so long', seconds)
    .action((options: Options) => tail(options, context()));
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value > 86_400) throw new InvalidArgumentError('use seconds, up to 86400.');
  return value * 1000;
}

async function tail(options: Options, { config, signal, print }: CommandContext): Promise<void> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const session = await LogSession.open(config, { patience: PATIENCE_MS, signal, say });
  try {
    const { log } = session;
    const workspace = new Workspace();
    await log.workspace.follow((record) => workspace.applyRecord(record));
    if (options.site !== undefined) requireSite(workspace, options.site);
    const end = new AbortController();
    const printer = new Printer(options, print, end);
    const feed = new EventFeed(log, (site) => workspace.partitionOf(site), silentLogger);
    await feed.follow(
      {
        site: options.site,
        withoutSite: true,
        eventTypes: options.type,
        outcome: options.refused ? 'refused' : undefined,
      },
      {
        item: (item) => printer.item(item),
        skipped: (count) => printer.skipped(count),
        failed: () => end.abort(new Problem('The log cannot be read on: it is not the same any more.')),
      },
    );
    say(`Watching ${options.site ?? 'all sites'}; Ctrl-C ends it.`);
    const until = options.for === undefined ? Infinity : Date.now() + options.for;
    const either = AbortSignal.any([signal, end.signal]);
    let connected = true;
    while (!either.aborted && Date.now() < until) {
      await sleep(Math.min(LOOK_EVERY_MS, until - Date.now()), undefined, { signal: either }).catch(
        () => undefined,
      );
      printer.tellSkipped(say);
      if (connected !== log.connected)
        say(log.connected ? 'The log is back.' : 'The log is away: waiting for it.');
      connected = log.connected;
    }
    if (end.signal.reason instanceof Problem) throw end.signal.reason;
  } finally {
    await session.close();
  }
}

/** @throws Problem for one that is not there */
function requireSite(workspace: Workspace, site: string): void {
  if (workspace.site(site)) return;
  const names = workspace.sites().map(({ id }) => id);
  const known = [...names.slice(0, SITES_NAMED), ...(names.length > SITES_NAMED ? ['…'] : [])].join(', ');
  throw new Problem(
    `There is no site "${site}"${known === '' ? '' : `; there are ${known}`}. "site create ${site}" makes it ` +
      `(in open mode its first event does); without --site all are shown.`,
  );
}

class Printer {
  private left: number;
  private untold = 0;
  private readonly colour = process.stdout.isTTY && process.stdout.hasColors();

  constructor(
    private readonly options: Options,
    private readonly print: (text: string) => void,
    private readonly end: AbortController,
  ) {
    this.left = options.number ?? Infinity;
  }

  item(item: FeedItem): void {
    if (this.left === 0) return;
    this.left--;
    const sites = this.options.site === undefined;
    this.print(this.options.json ? itemJson(item) : itemText(item, { colour: this.colour, sites }));
    if (this.left === 0) this.end.abort();
  }

  skipped(count: number): void {
    this.untold += count;
  }

  /** What was not shown is said, too. */
  tellSkipped(say: (text: string) => void): void {
    if (this.untold === 0) return;
    if (this.options.json) this.print(JSON.stringify({ skipped: this.untold }));
    else say(`… ${this.untold.toLocaleString('en')} more came too fast to be shown`);
    this.untold = 0;
  }
}
