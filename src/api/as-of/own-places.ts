import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { PG_POOL } from '#database/pool.js';
import type { Tenant } from '#database/tenant.js';
import { withSnapshot } from '#database/with-snapshot.js';

import type { SiteRow } from '../find-site.js';
import { lastBlocksOf } from '../log-blocks.js';
import { type LoggedPlace, LogEvents } from '../ports.js';
import { AsOfNotReady } from './past.js';

/** Of an event. */
export interface OwnPlace extends LoggedPlace {
  readonly ordinal: number;
}

const REMEMBERED = 1_000;

/** Where in the log the events of one site are: what others stored there, and when, is nobody's to know. */
@Injectable()
export class OwnPlaces {
  private readonly known = new Map<string, OwnPlace>();

  constructor(
    private readonly events: LogEvents,
    @Inject(PG_POOL) private readonly pool: Pool,
  ) {}

  /** An event of the site, or without an ordinal its last one in that message; undefined where there is none. Rejects with LogAway. */
  async at(
    { id, partition }: SiteRow,
    { sequence, ordinal }: { readonly sequence: number; readonly ordinal?: number },
  ): Promise<OwnPlace | undefined> {
    const message = await this.events.messageAt(partition, sequence, { id, rules: [] });
    const event =
      ordinal === undefined
        ? message?.events.at(-1)
        : message?.events.find((each) => each.ordinal === ordinal);
    return message && event && { sequence, storedAt: message.storedAt, ordinal: event.ordinal };
  }

  /**
   * The site's last event up to and including a message that is projected; undefined where it has none.
   *
   * @throws LogAway, AsOfNotReady
   */
  async lastUpTo(
    site: SiteRow,
    { sequence, storedAt }: LoggedPlace,
    tenant: Tenant,
  ): Promise<OwnPlace | undefined> {
    // When it was stored tells this log from one that it is replaced by.
    const key = `${site.key} ${sequence} ${storedAt}`;
    const found = this.known.get(key) ?? (await this.find(site, sequence, tenant));
    if (this.known.size >= REMEMBERED) this.known.clear();
    if (found) this.known.set(key, found);
    return found;
  }

  private async find(site: SiteRow, last: number, tenant: Tenant): Promise<OwnPlace | undefined> {
    const { blockLength } = this.events;
    for (let to = last; to > 0;) {
      const blocks = await withSnapshot(this.pool, tenant, (snapshot) =>
        lastBlocksOf(snapshot, site, { blockLength, to }),
      );
      if (!blocks) throw new AsOfNotReady();
      for (const { from, to: end } of blocks) {
        const place = await this.lastIn(site, from, end);
        if (place) return place;
      }
      to = (blocks.at(-1)?.from ?? 1) - 1;
    }
    return undefined;
  }

  private async lastIn({ id, partition }: SiteRow, from: number, to: number): Promise<OwnPlace | undefined> {
    let found: OwnPlace | undefined;
    for await (const message of this.events.read(partition, from, to, { id, rules: [] })) {
      const event = message.events.at(-1);
      if (event) found = { sequence: message.sequence, storedAt: message.storedAt, ordinal: event.ordinal };
    }
    return found;
  }
}
