import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { encodeEvent } from '#events/codec.js';
import { decide, isCookieless, type DecideContext } from '#events/track-event.js';
import { EventLog } from '#event-log/event-log.js';
import { Metrics } from '#telemetry/metrics.js';

import { UnreadableLine } from './http/ndjson.js';
import { SiteDirectory } from './site-directory.js';
import { VisitorSalts } from './visitor-salts.js';
import { TrackEvents, type Rejected, type TrackOutcome, type Unavailable } from './track-events.command.js';

/** The one way into the log. Events of one command are appended concurrently; the log makes record batches of them. */
@CommandHandler(TrackEvents)
export class TrackEventsHandler implements ICommandHandler<TrackEvents> {
  constructor(
    private readonly log: EventLog,
    private readonly sites: SiteDirectory,
    private readonly salts: VisitorSalts,
    private readonly metrics: Metrics,
  ) {}

  async execute({ items, sender }: TrackEvents): Promise<readonly TrackOutcome[]> {
    const context = items.some(isCookieless) ? await this.salted(sender) : sender;
    if (items.length === 1) return [await this.track(items[0], context)];
    return Promise.all(items.map((item) => this.track(item, context)));
  }

  /** Without the day's salt there is no log either: a cookieless event is then decided, and not stored. */
  private async salted(sender: DecideContext): Promise<DecideContext & { unsalted?: boolean }> {
    try {
      return { ...sender, salt: await this.salts.at(sender.receivedAt) };
    } catch {
      return { ...sender, salt: new Uint8Array(), unsalted: true };
    }
  }

  private async track(item: unknown, sender: DecideContext & { unsalted?: boolean }): Promise<TrackOutcome> {
    if (item instanceof UnreadableLine) return this.rejected('malformed_json', [item.message]);
    const decision = decide(item, sender);
    if (!decision.accepted) return this.rejected(decision.reason, decision.messages);
    const since = performance.now();
    const { event, warnings } = decision;
    const ids = { eventId: event.id, visitorId: event.visitorId };
    if (sender.unsalted && isCookieless(item)) return this.unavailable('log_unavailable', ids);
    const partition =
      this.sites.partitionOf(event.site) ?? (await this.sites.create(event.site, sender.receivedAt));
    if (typeof partition === 'string') return this.unavailable(partition, ids);
    const outcome = await this.log.append(partition, encodeEvent(event), since);
    if (outcome.stored) {
      this.metrics.appended.inc({ dialect: sender.dialect });
      return { status: 'stored', ...ids, position: outcome.position, ...(warnings && { warnings }) };
    }
    if (outcome.reason === 'event_too_large') {
      return this.rejected(outcome.reason, ['the event must be at most 32,768 bytes']);
    }
    return this.unavailable(outcome.reason, ids);
  }

  private unavailable(
    reason: Unavailable['reason'],
    ids: Pick<Unavailable, 'eventId' | 'visitorId'>,
  ): Unavailable {
    this.metrics.rejected.inc({ reason });
    return { status: 'unavailable', reason, ...ids };
  }

  private rejected(reason: string, messages: readonly string[]): Rejected {
    this.metrics.rejected.inc({ reason });
    return { status: 'rejected', reason, messages };
  }
}
