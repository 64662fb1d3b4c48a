import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import { waitFor } from '../../harness/wait-for.js';

export interface FedItem {
  readonly id: string;
  readonly outcome: 'STORED' | 'REFUSED';
  readonly siteId: string | null;
  readonly eventType: string | null;
  readonly eventId: string | null;
  readonly path: string | null;
  readonly dialect: string;
  readonly sdk: string | null;
  readonly reason: string | null;
  readonly messages: readonly string[];
  readonly stored: { readonly properties: string | null; readonly warnings: readonly string[] } | null;
}

const FEED = `subscription ($siteId: ID, $filter: EventFeedFilter, $recent: Int) {
  eventFeed(siteId: $siteId, filter: $filter, recent: $recent) {
    skipped
    items {
      id outcome receivedAt siteId eventType eventId path dialect sdk reason messages
      stored { occurredAt visitorId url properties warnings }
    }
  }
}`;

interface Push {
  readonly data?: { eventFeed: { items: FedItem[]; skipped: number } } | null;
  readonly errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

/** One subscription to the feed of the server at `url`, and all that came by it. */
export class FeedClient {
  readonly items: FedItem[] = [];
  readonly errors: unknown[] = [];
  skipped = 0;
  pushes = 0;
  socket: WebSocket | undefined;
  private readonly client: Client;

  constructor(url: string, variables: { siteId?: string; filter?: object; recent?: number } = {}) {
    const kept = (socket: WebSocket) => (this.socket = socket);
    class Kept extends WebSocket {
      constructor(address: string, protocols?: string[]) {
        super(address, protocols);
        kept(this);
      }
    }
    this.client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: Kept,
      retryAttempts: 0,
    });
    const pushes = this.client.iterate({ query: FEED, variables });
    void this.read(pushes as AsyncIterableIterator<Push>).catch((error: unknown) => this.errors.push(error));
  }

  /** Subscribed, and the first push is there. */
  async live(): Promise<this> {
    await waitFor(() => this.pushes > 0 || this.errors.length > 0, { message: 'the first push' });
    return this;
  }

  async close(): Promise<void> {
    await this.client.dispose();
  }

  private async read(pushes: AsyncIterableIterator<Push>): Promise<void> {
    for await (const { data, errors } of pushes) {
      if (errors) this.errors.push(...errors);
      if (!data) continue;
      this.pushes++;
      this.items.push(...data.eventFeed.items);
      this.skipped += data.eventFeed.skipped;
    }
  }
}
