import { Inject, Injectable } from '@nestjs/common';
import {
  EventFeed as EventFeedPort,
  LogAway,
  type FedItem,
  type FedListener,
  type FedWish,
} from '#api/ports.js';
import { LOGGER } from '#config/tokens.js';
import { EventFeed, type Following } from '#event-feed/event-feed.js';
import { refusedCall, type FeedItem } from '#event-feed/feed-item.js';
import { compileWish } from '#event-feed/feed-wish.js';
import { EventLog } from '#event-log/event-log.js';
import { receiptOf } from '#events/position.js';
import { RecentRefusals } from '#ingest/recent-refusals.js';
import type { Logger } from '#telemetry/logger.js';
import { Workspace } from '#workspace/state/workspace.js';

@Injectable()
export class EventFeedFromLog extends EventFeedPort {
  private readonly feed: EventFeed;

  constructor(
    log: EventLog,
    workspace: Workspace,
    private readonly refusals: RecentRefusals,
    @Inject(LOGGER) logger: Logger,
  ) {
    super();
    this.feed = new EventFeed(log, (site) => workspace.partitionOf(site), logger);
  }

  override async follow(wish: FedWish, listener: FedListener, most: number) {
    const refused = this.refusedBefore(wish, most);
    const item = (each: FeedItem) => listener.item(shown(each));
    let following: Following | undefined;
    let stored: FeedItem[];
    try {
      following = await this.feed.follow(wish, { ...listener, item });
      stored = await following.recent(most);
    } catch {
      following?.stop();
      throw new LogAway();
    }
    const { stop } = following;
    const recent = [...stored, ...refused].sort((a, b) => b.at - a.at).slice(0, most);
    return { recent: recent.reverse().map(shown), stop };
  }

  private refusedBefore(wish: FedWish, most: number): FeedItem[] {
    const { wants } = compileWish(wish);
    return this.refusals.list().map(refusedCall).filter(wants).slice(0, most);
  }
}

function shown(item: FeedItem): FedItem {
  if (item.outcome === 'refused') {
    const { reason, messages, ...rest } = item.refusal;
    return { ...rest, outcome: item.outcome, refused: { reason, messages } };
  }
  const { site, type: eventType, id: eventId, path, source, geo, ...event } = item.event;
  const { occurredAt, visitorId, userId, url, referrer, title, userAgent, properties } = event;
  return {
    id: receiptOf(item.position),
    outcome: item.outcome,
    at: item.at,
    dialect: source.dialect,
    // Of a foreign publisher it may be anything.
    ...(typeof source.sdk === 'string' && { sdk: source.sdk }),
    site,
    eventType,
    eventId,
    ...(path !== undefined && { path }),
    stored: {
      occurredAt,
      visitorId,
      ...(userId !== undefined && { userId }),
      ...(url !== undefined && { url }),
      ...(referrer !== undefined && { referrer }),
      ...(title !== undefined && { title }),
      ...(geo && { country: geo.country }),
      ...(userAgent !== undefined && { userAgent }),
      ...(properties && { properties }),
      warnings: item.warnings ?? [],
    },
  };
}
