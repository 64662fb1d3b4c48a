import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { PG_POOL } from '#database/pool.js';
import type { Tenant } from '#database/tenant.js';
import { withSnapshot } from '#database/with-snapshot.js';
import { type PastSettings, SettingsHistory } from '#workspace/state/settings-history.js';

import { badInput } from '../bad-input.js';
import { CheckpointWatch } from '../checkpoint-watch.js';
import { findSite, type SiteRow } from '../find-site.js';
import { LogPlaces } from '../ports.js';
import { receiptText } from '../receipt.js';
import type { AsOfAsked } from './as-of-input.js';
import { type OwnPlace, OwnPlaces } from './own-places.js';
import { AsOfNotReady, type PreparedPast } from './past.js';
import { PastWatch } from './past-watch.js';

export interface Asked {
  readonly siteId: string;
  readonly asOf: AsOfAsked;
  /** The difference to now is to be explained. */
  readonly difference: boolean;
}

/** Finds what a question about the past is about, and has it made where it is not. */
@Injectable()
export class PastReads {
  constructor(
    private readonly places: LogPlaces,
    private readonly own: OwnPlaces,
    private readonly history: SettingsHistory,
    private readonly checkpoints: CheckpointWatch,
    private readonly watch: PastWatch,
    @Inject(PG_POOL) private readonly pool: Pool,
  ) {}

  /**
   * @returns undefined where the tenant has no such site
   * @throws BAD_USER_INPUT, AsOfNotReady, AsOfFailed, LogAway, ProjectionBehind, DatabaseUnavailable
   */
  async prepare(
    { siteId, asOf, difference }: Asked,
    tenant: Tenant,
    gone: AbortSignal,
  ): Promise<PreparedPast | undefined> {
    const until = performance.now() + asOf.milliseconds;
    const site = await withSnapshot(this.pool, tenant, (snapshot) => findSite(snapshot, siteId));
    if (!site) return undefined;
    const place = await this.placeOf(site, asOf, tenant, until);
    const past = this.history.at(siteId, asOf.time ?? place?.storedAt ?? 0);
    const now = difference ? this.settingsOf(site) : past;
    if (!place) {
      const underNow = difference ? { id: undefined, revision: now.revision } : undefined;
      return { ...past, id: undefined, position: null, storedAt: null, underNow };
    }
    const { sequence, ordinal } = place;
    const make = ({ settings, revision }: PastSettings) =>
      this.watch.made({ site, sequence, ordinal, settings, revision }, until, gone);
    const same = JSON.stringify(now.settings) === JSON.stringify(past.settings);
    // Side by side.
    const [id, underNow] = await Promise.all([make(past), same ? undefined : make(now)]);
    return {
      ...past,
      id,
      position: receiptText({ partition: site.partition, sequence, ordinal }),
      storedAt: new Date(place.storedAt),
      underNow: difference ? { id: underNow ?? id, revision: now.revision } : undefined,
    };
  }

  /** As they are served. */
  private settingsOf({ id, figuresRevision }: SiteRow): PastSettings {
    const settings = this.history.ofRevision(id, figuresRevision);
    if (!settings) throw new AsOfNotReady();
    return settings;
  }

  /** The last of the site's events that is meant, once it is projected; undefined where it had none by then. */
  private async placeOf(
    site: SiteRow,
    { time, place }: AsOfAsked,
    tenant: Tenant,
    until: number,
  ): Promise<OwnPlace | undefined> {
    const { id, partition } = site;
    if (place && place.partition !== partition)
      throw badInput(`asOf.position must be in partition ${partition}, where all events of site ${id} are`);
    const own = place && (await this.own.at(site, place));
    if (place && !own)
      throw badInput('asOf.position must be in the log: give the receipt of an event of the site, or a time');
    const last = own ?? (await this.places.lastStoredBy(partition, time ?? 0));
    if (!last) return undefined;
    const { sequence } = last;
    await this.checkpoints.reached({ partition, sequence }, Math.max(0, until - performance.now()));
    return own ?? this.own.lastUpTo(site, last, tenant);
  }
}
