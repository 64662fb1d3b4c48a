import { randomBytes } from 'node:crypto';

import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { encodeEvent } from '#events/codec.js';
import { decide, isCookieless, type DecideContext, type Known } from '#events/track-event.js';
import { EventLog } from '#event-log/event-log.js';
import { Metrics } from '#telemetry/metrics.js';

import { Countries } from './countries.js';
import { RecentRefusals } from './recent-refusals.js';
import { RateLimits, type Waits } from './rate-limits/rate-limits.js';
import { RefusedItem } from './refused-item.js';
import { SiteDirectory } from './site-directory.js';
import { VisitorSalts } from './visitor-salts.js';
import {
  retryAfter,
  TrackEvents,
  type LogReason,
  type Rejected,
  type TrackOutcome,
  type Unavailable,
} from './track-events.command.js';

type Ids = Pick<Unavailable, 'eventId' | 'visitorId' | 'cookieless'>;

/** The one way into the log. Events of one command are appended concurrently; the log makes record batches of them. */
@CommandHandler(TrackEvents)
export class TrackEventsHandler implements ICommandHandler<TrackEvents> {
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
    const context = items.some((item) => isCookieless(item, sender, this.known))
      ? await this.salted(sender)
      : sender;
    const waits = this.limits.limitsSites ? await this.limits.ofSites(items, admitted) : undefined;
    if (items.length === 1) return [await this.track(items[0], context, waits)];
    return Promise.all(items.map((item) => this.track(item, context, waits)));
  }

  /** Without the day's salt there is no log either: a cookieless event is then decided, and not stored. */
  private async salted(sender: DecideContext): Promise<DecideContext & { unsalted?: boolean }> {
    try {
      return { ...sender, salt: await this.salts.at(sender.receivedAt) };
    } catch {
      // A secret that nobody keeps: the answer of an event that is not stored names a visitor too.
      return { ...sender, salt: randomBytes(32), unsalted: true };
    }
  }

  private async track(
    item: unknown,
    sender: DecideContext & { unsalted?: boolean },
    waits: Waits | undefined,
  ): Promise<TrackOutcome> {
    if (item instanceof RefusedItem) return this.rejected(item.siteId, sender, item.reason, item.messages);
    const decision = decide(item, sender, this.known);
    if (!decision.accepted) {
      const site = (item as { siteId?: unknown } | null)?.siteId;
      return this.rejected(site, sender, decision.reason, decision.messages);
    }
    const since = performance.now();
    const { event, cookieless, warnings } = decision;
    const ids = { eventId: event.id, visitorId: event.visitorId, cookieless };
    const wait = waits?.get(event.site);
    if (wait !== undefined) return this.unavailable('rate_limited', ids, wait);
    if (sender.unsalted && cookieless) return this.unlogged('log_unavailable', ids);
    const partition =
      this.sites.partitionOf(event.site) ?? (await this.sites.create(event.site, sender.receivedAt));
    if (typeof partition === 'string') return this.unlogged(partition, ids);
    const outcome = await this.log.append(partition, encodeEvent(event), since);
    if (outcome.stored) {
      this.metrics.appended.inc({ dialect: sender.dialect });
      if (warnings) this.metrics.warned.inc({ dialect: sender.dialect });
      return { status: 'stored', ...ids, position: outcome.position, ...(warnings && { warnings }) };
    }
    if (outcome.reason === 'event_too_large') {
      return this.rejected(event.site, sender, outcome.reason, ['the event must be at most 32,768 bytes']);
    }
    return this.unlogged(outcome.reason, ids);
  }

  private unlogged(reason: LogReason, ids: Ids): Unavailable {
    return this.unavailable(reason, ids, retryAfter(reason));
  }

  private unavailable(reason: Unavailable['reason'], ids: Ids, seconds: number): Unavailable {
    this.metrics.rejected.inc({ reason });
    return { status: 'unavailable', reason, retryAfter: seconds, ...ids };
  }

  private rejected(
    site: unknown,
    sender: DecideContext,
    reason: string,
    messages: readonly string[],
  ): Rejected {
    this.metrics.countRejected(reason, foreign(sender));
    this.refusals.add({ at: Date.now(), site, dialect: sender.dialect, reason, messages });
    return { status: 'rejected', reason, messages };
  }
}

const OWN: ReadonlySet<string> = new Set(['tidemark', 'graphql']);

/** The dialect, where it is not one of our own formats. */
function foreign({ dialect }: DecideContext): string | undefined {
  return OWN.has(dialect) ? undefined : dialect;
}
