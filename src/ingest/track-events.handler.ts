import { randomBytes } from 'node:crypto';

import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { encodeEvent } from '#events/codec.js';
import { decide, isCookieless, type DecideContext, type Known } from '#events/track-event.js';
import { EventLog } from '#event-log/event-log.js';
import { Metrics } from '#telemetry/metrics.js';

import { Countries } from './countries.js';
import { RecentRefusals } from './recent-refusals.js';
import { RefusedItem } from './refused-item.js';
import { shortMessages, sketchOf } from './refused-sketch.js';
import { SiteDirectory } from './site-directory.js';
import { VisitorSalts } from './visitor-salts.js';
import { TrackEvents, type Rejected, type TrackOutcome, type Unavailable } from './track-events.command.js';

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
  ) {}

  async execute({ items, sender }: TrackEvents): Promise<readonly TrackOutcome[]> {
    const context = items.some((item) => isCookieless(item, sender, this.known))
      ? await this.salted(sender)
      : sender;
    if (items.length === 1) return [await this.track(items[0], context)];
    return Promise.all(items.map((item) => this.track(item, context)));
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

  private async track(item: unknown, sender: DecideContext & { unsalted?: boolean }): Promise<TrackOutcome> {
    if (item instanceof RefusedItem) return this.rejected(item, sender, item.reason, item.messages);
    const decision = decide(item, sender, this.known);
    if (!decision.accepted) return this.rejected(item, sender, decision.reason, decision.messages);
    const since = performance.now();
    const { event, cookieless, warnings } = decision;
    const ids = { eventId: event.id, visitorId: event.visitorId, cookieless };
    if (sender.unsalted && cookieless) return this.unavailable('log_unavailable', ids);
    const partition =
      this.sites.partitionOf(event.site) ?? (await this.sites.create(event.site, sender.receivedAt));
    if (typeof partition === 'string') return this.unavailable(partition, ids);
    const outcome = await this.log.append(partition, encodeEvent(event), since);
    if (outcome.stored) {
      this.metrics.appended.inc({ dialect: sender.dialect });
      if (warnings) this.metrics.warned.inc({ dialect: sender.dialect });
      return { status: 'stored', ...ids, position: outcome.position, ...(warnings && { warnings }) };
    }
    if (outcome.reason === 'event_too_large') {
      return this.rejected(item, sender, outcome.reason, ['the event must be at most 32,768 bytes']);
    }
    return this.unavailable(outcome.reason, ids);
  }

  private unavailable(
    reason: Unavailable['reason'],
    ids: Pick<Unavailable, 'eventId' | 'visitorId' | 'cookieless'>,
  ): Unavailable {
    this.metrics.rejected.inc({ reason });
    return { status: 'unavailable', reason, ...ids };
  }

  private rejected(
    item: unknown,
    sender: DecideContext,
    reason: string,
    messages: readonly string[],
  ): Rejected {
    this.metrics.countRejected(reason, foreign(sender));
    const { dialect, sdk } = sender;
    this.refusals.add({
      at: Date.now(),
      site: (item as { siteId?: unknown } | null)?.siteId,
      dialect,
      ...(sdk !== undefined && { sdk: sdk.slice(0, 100) }),
      reason,
      messages: shortMessages(messages),
      ...sketchOf(item),
    });
    return { status: 'rejected', reason, messages };
  }
}

const OWN: ReadonlySet<string> = new Set(['tidemark', 'graphql']);

/** The dialect, where it is not one of our own formats. */
function foreign({ dialect }: DecideContext): string | undefined {
  return OWN.has(dialect) ? undefined : dialect;
}
