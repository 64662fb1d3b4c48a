import { randomBytes } from 'node:crypto';

import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Counter } from 'prom-client';

import { encodeEvent } from '#events/codec.js';
import { decide, isCookieless, type DecideContext, type Known } from '#events/track-event.js';
import { EventLog } from '#event-log/event-log.js';
import type { AppendOutcome } from '#event-log/types.js';
import { Metrics } from '#telemetry/metrics.js';

import { Countries } from './countries.js';
import { RecentRefusals, type NewRefusal } from './recent-refusals.js';
import { RateLimits, type Waits } from './rate-limits/rate-limits.js';
import { RefusedItem } from './refused-item.js';
import { shortMessages, sketchOf } from './refused-sketch.js';
import { SiteDirectory } from './site-directory.js';
import { ToldQuota } from './told-quota.js';
import { VisitorSalts } from './visitor-salts.js';
import {
  retryAfter,
  TrackEvents,
  unavailableMessage,
  type LogReason,
  type Rejected,
  type Stored,
  type TrackOutcome,
  type Unavailable,
} from './track-events.command.js';

type Ids = Pick<Unavailable, 'eventId' | 'visitorId' | 'cookieless'>;

type Sender = DecideContext & { readonly unsalted?: boolean };

/** An event that is fit to be stored. */
interface Fit {
  /** As it was sent. */
  readonly item: unknown;
  readonly site: string;
  readonly ids: Ids;
}

interface Decided extends Fit {
  /** As it stands in the log. */
  readonly line: string;
  readonly warnings: readonly string[] | undefined;
}

const isOutcome = (decided: Decided | TrackOutcome): decided is TrackOutcome => 'status' in decided;

/** The one way into the log. Events of one command are appended together; the log makes record batches of them. */
@CommandHandler(TrackEvents)
export class TrackEventsHandler implements ICommandHandler<TrackEvents> {
  private readonly warningsTold = new ToldQuota({ all: 100, ofSite: 50 });
  private readonly counters = new Map<string, Counter.Internal>();
  private readonly known: Known = {
    definitionOf: (siteId, type) => this.sites.definitionOf(siteId, type),
    placeOf: (address) => this.countries.of(address),
    visitorPolicyOf: (siteId) => this.sites.visitorPolicyOf(siteId),
  };

  constructor(
    private readonly log: EventLog,
    private readonly sites: SiteDirectory,
    private readonly salts: VisitorSalts,
    private readonly countries: Countries,
    private readonly metrics: Metrics,
    private readonly refusals: RecentRefusals,
    private readonly limits: RateLimits,
  ) {}

  async execute({ items, sender, admitted }: TrackEvents): Promise<readonly TrackOutcome[]> {
    const context: Sender = items.some((item) => isCookieless(item, sender, this.known))
      ? await this.salted(sender)
      : sender;
    const waits = this.limits.limitsSites ? await this.limits.ofSites(items, admitted) : undefined;
    const since = performance.now();
    const [item] = items;
    if (items.length === 1) {
      const decided = this.decided(item, context, waits);
      return [isOutcome(decided) ? decided : await this.store(decided, context, since)];
    }
    const all = items.map((each) => this.decided(each, context, waits));
    return this.storeAll(all, context, since);
  }

  /** Without the day's salt there is no log either: a cookieless event is then decided, and not stored. */
  private async salted(sender: DecideContext): Promise<Sender> {
    try {
      return { ...sender, salt: await this.salts.at(sender.receivedAt) };
    } catch {
      // A secret that nobody keeps: the answer of an event that is not stored names a visitor too.
      return { ...sender, salt: randomBytes(32), unsalted: true };
    }
  }

  /** What of it is to be stored, or why it is not. */
  private decided(item: unknown, sender: Sender, waits: Waits | undefined): Decided | TrackOutcome {
    if (item instanceof RefusedItem) return this.rejected(item, sender, item.reason, item.messages);
    const decision = decide(item, sender, this.known);
    if (!decision.accepted) return this.rejected(item, sender, decision.reason, decision.messages);
    const { event, cookieless, warnings } = decision;
    const closed = this.sites.refusalOf(event.site, sender.receivedAt);
    if (closed !== undefined) return this.rejected(item, sender, closed, [CLOSED[closed]]);
    const ids = { eventId: event.id, visitorId: event.visitorId, cookieless };
    const wait = waits?.get(event.site);
    const fit: Fit = { item, site: event.site, ids };
    if (wait !== undefined) return this.unavailable('rate_limited', fit, sender, wait);
    if (sender.unsalted && cookieless) return this.unlogged('log_unavailable', fit, sender);
    if (warnings && this.warningsTold.admits(event.site, performance.now())) {
      this.log.warnings.send({ site: event.site, eventId: event.id, warnings: shortMessages(warnings) });
    }
    return { item, site: event.site, ids, line: encodeEvent(event), warnings };
  }

  private async store(decided: Decided, sender: Sender, since: number): Promise<TrackOutcome> {
    const { site } = decided;
    const partition = this.sites.partitionOf(site) ?? (await this.sites.create(site, sender.receivedAt));
    if (typeof partition === 'string') return this.unlogged(partition, decided, sender);
    const outcome = await this.log.append(partition, decided.line, since);
    if (outcome.stored) this.appended(sender.dialect).inc();
    return this.outcomeOf(decided, sender, outcome);
  }

  /** One append for each partition; sites that are not there yet are made beside it. */
  private async storeAll(
    all: readonly (Decided | TrackOutcome)[],
    sender: Sender,
    since: number,
  ): Promise<readonly TrackOutcome[]> {
    const outcomes = new Array<TrackOutcome>(all.length);
    const appends = new Map<number, { index: number; decided: Decided }[]>();
    const working: Promise<void>[] = [];
    all.forEach((each, index) => {
      if (isOutcome(each)) {
        outcomes[index] = each;
        return;
      }
      const partition = this.sites.partitionOf(each.site);
      if (partition === undefined) {
        const stored = this.store(each, sender, since);
        working.push(stored.then((outcome) => void (outcomes[index] = outcome)));
        return;
      }
      const known = appends.get(partition);
      if (known) known.push({ index, decided: each });
      else appends.set(partition, [{ index, decided: each }]);
    });
    for (const [partition, events] of appends) {
      const lines = events.map(({ decided }) => decided.line);
      const appended = this.log.appendAll(partition, lines, since);
      working.push(
        appended.then((answers) => {
          this.appended(sender.dialect).inc(answers.filter(({ stored }) => stored).length);
          events.forEach(({ index, decided }, at) => {
            const answer = answers[at];
            if (answer) outcomes[index] = this.outcomeOf(decided, sender, answer);
          });
        }),
      );
    }
    await Promise.all(working);
    return outcomes;
  }

  private outcomeOf(decided: Decided, sender: Sender, outcome: AppendOutcome): TrackOutcome {
    const { item, ids, warnings } = decided;
    if (outcome.stored) {
      if (warnings) this.metrics.warned.inc({ dialect: sender.dialect });
      const { eventId, visitorId, cookieless } = ids;
      const { position } = outcome;
      // Field by field: an object that begins by spreading another gets a shape of its own each time, 3 us a call in all.
      const stored: Stored = { status: 'stored', eventId, visitorId, cookieless, position };
      return warnings ? { ...stored, warnings } : stored;
    }
    if (outcome.reason === 'event_too_large') {
      return this.rejected(item, sender, outcome.reason, ['the event must be at most 32,768 bytes']);
    }
    return this.unlogged(outcome.reason, decided, sender);
  }

  /** prom-client hashes the labels on each call; a child looked up once per dialect does not. */
  private appended(dialect: string): Counter.Internal {
    let child = this.counters.get(dialect);
    if (!child) this.counters.set(dialect, (child = this.metrics.appended.labels({ dialect })));
    return child;
  }

  private unlogged(reason: LogReason, fit: Fit, sender: Sender): Unavailable {
    return this.unavailable(reason, fit, sender, retryAfter(reason));
  }

  private unavailable(
    reason: Unavailable['reason'],
    { item, site, ids }: Fit,
    sender: Sender,
    seconds: number,
  ): Unavailable {
    this.metrics.rejected.inc({ reason });
    this.refusals.addForNow(site, () => ({
      ...refusalOf(item, sender, reason, [unavailableMessage(reason)]),
      eventId: ids.eventId,
    }));
    return { status: 'unavailable', reason, retryAfter: seconds, ...ids };
  }

  private rejected(
    item: unknown,
    sender: DecideContext,
    reason: string,
    messages: readonly string[],
  ): Rejected {
    this.metrics.countRejected(reason, foreign(sender));
    this.refusals.add(refusalOf(item, sender, reason, messages));
    return { status: 'rejected', reason, messages };
  }
}

function refusalOf(
  item: unknown,
  { dialect, sdk }: DecideContext,
  reason: string,
  messages: readonly string[],
): NewRefusal {
  return {
    at: Date.now(),
    site: (item as { siteId?: unknown } | null)?.siteId,
    dialect,
    ...(sdk !== undefined && { sdk: sdk.slice(0, 100) }),
    reason,
    messages: shortMessages(messages),
    ...sketchOf(item),
  };
}

const CLOSED = {
  unknown_site: 'siteId: there is no such site',
  site_archived: 'siteId: the site was archived, it takes no events',
} as const;

const OWN: ReadonlySet<string> = new Set(['tidemark', 'graphql']);

/** The dialect, where it is not one of our own formats. */
function foreign({ dialect }: DecideContext): string | undefined {
  return OWN.has(dialect) ? undefined : dialect;
}
