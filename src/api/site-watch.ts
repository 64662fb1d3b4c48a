import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';

import { LOGGER } from '#config/tokens.js';
import { READ_POOL } from '#database/pool.js';
import { isReplica } from '#database/replica.js';
import type { LogPlace } from '#database/snapshot.js';
import { asTenant, IS_THERE, isOwn, lookOverAll, type Tenant } from '#database/tenant.js';
import type { Logger } from '#telemetry/logger.js';

import { ChangeStream } from './change-stream.js';
import { CheckpointWatch } from './checkpoint-watch.js';
import { ChangeFeed } from './ports.js';

const POLL_MS = 1_000;
/** A notice may get lost: a site whose partition moved without one is looked at again after this long. */
const REST_MS = 5_000;
/** How long a push waits for what a replica still has to replay. */
const REPLAYED_WITHIN_MS = 5_000;

interface Watched {
  readonly stream: ChangeStream<unknown>;
  readonly siteId: string | undefined;
  pokedAt: number;
  /** The log moved since the last poke, perhaps by an event of this site whose notice got lost. */
  stale: boolean;
}

interface Seen {
  readonly pointers: string;
  readonly sites: string;
  readonly positions: string;
}

/**
 * Tells subscriptions when to read again: on a change notice of the site, when a rebuilt generation is switched in, and
 * when sites appear. One small query a second serves them all, and none while nobody watches.
 */
@Injectable()
export class SiteWatch implements OnModuleDestroy {
  private readonly watched = new Set<Watched>();
  private timer: NodeJS.Timeout | undefined;
  private seen: Seen | undefined;
  private failed = false;
  /** The first look. First pushes come after it, or a change between the two would be seen by neither. */
  private baseline: Promise<void> | undefined;

  constructor(
    private readonly feed: ChangeFeed,
    @Inject(READ_POOL) private readonly pool: Pool,
    private readonly checkpoints: CheckpointWatch,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Pushes once the tenant has the site, and then at each change of its figures. */
  site(siteId: string, tenant: Tenant): ChangeStream<string> {
    let exists = false;
    const look = async (): Promise<string | undefined> => {
      await this.baseline;
      exists ||= await this.exists(siteId, tenant);
      return exists ? siteId : undefined;
    };
    const stream = new ChangeStream(look, () => {
      unsubscribe();
      this.drop(entry);
    });
    const entry: Watched = { stream, siteId, pokedAt: Date.now(), stale: false };
    const unsubscribe = this.feed.subscribe(siteId, (place) => void this.moved(entry, place));
    return this.add(entry, stream);
  }

  /** Pushes at once and whenever a site was added. */
  sites(): ChangeStream<true> {
    const stream = new ChangeStream<true>(
      async () => {
        await this.baseline;
        return true;
      },
      () => this.drop(entry),
    );
    const entry: Watched = { stream, siteId: undefined, pokedAt: Date.now(), stale: false };
    return this.add(entry, stream);
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
    for (const { stream } of [...this.watched]) void stream.return();
  }

  private add<T>(entry: Watched, stream: ChangeStream<T>): ChangeStream<T> {
    this.watched.add(entry);
    if (this.watched.size === 1) this.baseline = this.poll();
    return stream;
  }

  /** A replica hears of a batch before it has it. */
  private async moved(entry: Watched, place: LogPlace): Promise<void> {
    if (isReplica(this.pool))
      await this.checkpoints.reached(place, REPLAYED_WITHIN_MS).catch(() => undefined);
    if (this.watched.has(entry)) poke(entry);
  }

  private drop(entry: Watched): void {
    this.watched.delete(entry);
    if (this.watched.size > 0) return;
    clearTimeout(this.timer);
    this.seen = undefined;
  }

  private async poll(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const [now] = await lookOverAll<Seen>(this.pool, STATE);
      const before = this.seen;
      this.seen = now;
      if (this.failed) this.watched.forEach(poke);
      else if (before && now) this.compare(before, now);
      this.failed = false;
    } catch (error) {
      this.failed = true;
      this.logger.warn({ err: error }, 'subscriptions cannot look at the database; trying again');
    }
    clearTimeout(this.timer);
    if (this.watched.size > 0) this.timer = setTimeout(() => void this.poll(), POLL_MS);
  }

  private compare(before: Seen, now: Seen): void {
    const switched = before.pointers !== now.pointers;
    const added = before.sites !== now.sites;
    const moved = before.positions !== now.positions;
    for (const entry of this.watched) {
      entry.stale ||= moved && entry.siteId !== undefined;
      const rested = Date.now() - entry.pokedAt >= REST_MS;
      if (switched || added || (entry.stale && rested)) poke(entry);
    }
  }

  private async exists(siteId: string, tenant: Tenant): Promise<boolean> {
    try {
      return await asTenant(this.pool, tenant, async (client) => {
        const own = `SELECT 1 FROM site WHERE name = $1 AND ${IS_THERE} AND ${isOwn(tenant)}`;
        return (await client.query(own, [siteId])).rowCount === 1;
      });
    } catch {
      // The poll finds the same fault, says so, and pokes when it is over.
      return false;
    }
  }
}

const STATE = `SELECT
  (SELECT coalesce(string_agg(projection || ':' || generation_id, ',' ORDER BY projection), '')
   FROM served_generation) AS pointers,
  (SELECT coalesce(max(id), 0) || ':' || coalesce(max(settings_sequence), 0) FROM site) AS sites,
  (SELECT coalesce(string_agg(partition || ':' || sequence, ',' ORDER BY partition), '') FROM partition) AS positions`;

function poke(entry: Watched): void {
  entry.pokedAt = Date.now();
  entry.stale = false;
  entry.stream.poke();
}
