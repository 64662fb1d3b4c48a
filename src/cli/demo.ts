import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';

import { encodeEvent } from '#events/codec.js';
import type { Position } from '#events/position.js';
import { decide } from '#events/track-event.js';

import { commaList, eventRate, wholeNumber, patienceOption } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { siteModels } from './demo/sites.js';
import { backfill, backfillSize, liveTraffic, type DemoEvent } from './demo/traffic.js';
import { findInstance, requireInstance } from './instance.js';
import { LogSession } from './log-session.js';
import { Problem } from './problem.js';
import { Progress } from './progress.js';
import { waitForReadModels } from './read-models.js';
import { partitionsOf } from './site-partition.js';
import { Slots } from './slots.js';
import { count, duration, rate } from './text.js';
import { addWhose, organizationOfNew } from './whose.js';

const IN_FLIGHT = 2_000;
const TICK_MS = 50;

interface Options {
  readonly sites: readonly string[];
  readonly organization?: string;
  readonly rate?: number;
  readonly days?: number;
  readonly events?: number;
  readonly seed: number;
  readonly wait: boolean;
  readonly patience: number;
}

export function addDemo(program: Command, context: () => CommandContext): void {
  const demo = program
    .command('demo')
    .description('Make realistic traffic: of the last days, or live at a chosen rate until Ctrl-C')
    .option('--sites <names>', 'sites to make it for, the largest first', commaList, ['shop', 'docs', 'blog'])
    .option(
      '--days <n>',
      'fill the last N days and today so far (30 where no rate is given)',
      wholeNumber(1, 3660),
    )
    .option('--rate <n/s>', 'live traffic at this rate, such as 20/s or 300/min', eventRate)
    .option('--events <n>', 'exactly so many events, then end', wholeNumber(1, 1_000_000_000))
    .option('--seed <n>', 'the same seed makes the same past', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('--no-wait', 'return when everything is stored, without waiting for the figures to show it')
    .addOption(patienceOption());
  addWhose(demo).action((options: Options) => runDemo(options, context()));
}

async function runDemo(options: Options, context: CommandContext): Promise<void> {
  const { config, signal } = context;
  const followed = Boolean(requireInstance(config, 'natsUrl').databaseUrl);
  const progress = new Progress('demo');
  const say = (text: string): void => progress.note(text);
  const session = await LogSession.open(config, { patience: options.patience, signal, say });
  try {
    const sender = new Sender(
      session,
      await partitionsOf(session, options.sites, () => organizationOfNew(context, options.organization)),
    );
    const days = options.days ?? (options.rate === undefined ? 30 : undefined);
    if (days !== undefined) {
      await sendPast(days, options, sender, progress, context);
      if (options.wait && followed) await settle(options, sender, context);
    }
    if (options.rate !== undefined && !signal.aborted)
      await sendLive(options.rate, options, sender, progress, context);
  } finally {
    progress.end();
    await session.close().catch(() => undefined);
  }
}

async function sendPast(
  days: number,
  options: Options,
  sender: Sender,
  progress: Progress,
  context: CommandContext,
): Promise<void> {
  const { signal, print } = context;
  const plan = {
    sites: siteModels(options.sites),
    days,
    until: Date.now(),
    seed: options.seed,
    // With a rate, --events bounds the live part.
    events: options.rate === undefined ? options.events : undefined,
  };
  const total = backfillSize(plan);
  const started = Date.now();
  for (const event of backfill(plan)) {
    if (signal.aborted) break;
    await sender.send(event);
    const elapsed = Date.now() - started;
    progress.update({
      done: sender.sent,
      total,
      detail: () => `${count(sender.sent)} events, ${rate(sender.sent, elapsed)}`,
    });
  }
  await sender.drain();
  progress.end();
  const elapsed = Date.now() - started;
  if (signal.aborted) throw new Problem(`Interrupted after ${count(sender.sent)} events.`, 130);
  print(
    `${count(sender.sent)} events of the last ${days} days stored for ${options.sites.join(', ')} ` +
      `in ${duration(elapsed)} (${rate(sender.sent, elapsed)}).`,
  );
}

async function settle(
  options: Options,
  sender: Sender,
  { config, signal, print }: CommandContext,
): Promise<void> {
  const progress = new Progress('read models');
  await waitForReadModels(config, sender.positions, { patience: options.patience, signal, progress }).finally(
    () => progress.end(),
  );
  const url = findInstance(config)?.url;
  print(url ? `The figures show it: ${url}` : 'The figures show it.');
}

async function sendLive(
  perSecond: number,
  options: Options,
  sender: Sender,
  progress: Progress,
  { signal, print }: CommandContext,
): Promise<void> {
  const started = Date.now();
  const before = sender.sent;
  const limit = options.events ?? Number.POSITIVE_INFINITY;
  const traffic = liveTraffic(siteModels(options.sites), options.seed);
  progress.note(`Sending ${rate(perSecond, 1000)} until ${options.events ? 'all are sent' : 'Ctrl-C'}.`);
  let sent = 0;
  while (!signal.aborted && sent < limit) {
    const due = Math.min(limit, Math.ceil(((Date.now() - started) / 1000) * perSecond));
    for (; sent < due && !signal.aborted; sent += 1) await sender.send(traffic.next().value as DemoEvent);
    const elapsed = Date.now() - started;
    progress.update({
      done: sent,
      total: options.events,
      detail: () => `${count(sent)} events, ${rate(sent, elapsed)}`,
    });
    await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
  }
  await sender.drain();
  progress.end();
  print(`${count(sender.sent - before)} live events stored in ${duration(Date.now() - started)}.`);
}

/** Puts events through the rules and into the log, many under way together. */
class Sender {
  sent = 0;
  private readonly slots = new Slots(IN_FLIGHT);
  private readonly last = new Map<number, Position>();

  constructor(
    private readonly session: LogSession,
    private readonly partitions: ReadonlyMap<string, number>,
  ) {}

  get positions(): readonly Position[] {
    return [...this.last.values()];
  }

  async send({ occurredAt, userAgent, country, ...event }: DemoEvent): Promise<void> {
    const receivedAt = Date.now();
    const timestamp = new Date(occurredAt ?? receivedAt).toISOString();
    const decision = decide(
      { ...event, timestamp },
      { receivedAt, dialect: 'demo', userAgent, geo: { country, by: 'demo' } },
    );
    if (!decision.accepted)
      throw new Problem(`The rules refuse what the demo makes: ${decision.messages.join('; ')}.`);
    const partition = this.partitions.get(event.siteId) ?? 0;
    await this.slots.start(async () => {
      const outcome = await this.session.append(partition, encodeEvent(decision.event));
      if (!outcome.stored) throw new Problem(`The log refuses what the demo makes: ${outcome.reason}.`);
      this.sent += 1;
      const { position } = outcome;
      if ((this.last.get(partition)?.sequence ?? 0) < position.sequence) this.last.set(partition, position);
    });
  }

  drain(): Promise<void> {
    return this.slots.drain();
  }
}
