import { createHmac } from 'node:crypto';

import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';

import type { Config } from '#config/config.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import { isSiteId } from '#events/rules.js';
import type { Logger } from '#telemetry/logger.js';

import { addressOf, type SenderRequest } from '../sender.js';
import { VisitorSalts } from '../visitor-salts.js';
import { RateLimit } from './rate-limit.js';
import { senderKey } from '#access/sender-key.js';
import { SharedCounts } from './shared-counts.js';

const TELL_EVERY_MS = 250;

/** Seconds that a site has to wait. */
export type Waits = ReadonlyMap<string, number>;

/**
 * The limits that are set: events of a site, requests of an address. Each process decides by its own memory; in the
 * background the processes exchange their counts, and while they cannot, each goes on with its own.
 */
@Injectable()
export class RateLimits implements OnModuleInit, OnModuleDestroy {
  private readonly site: RateLimit | undefined;
  private readonly address: RateLimit | undefined;
  private timer: NodeJS.Timeout | undefined;
  private alone = false;

  constructor(
    @Inject(CONFIG) config: Pick<Config, 'rateLimitSite' | 'rateLimitAddress'>,
    private readonly shared: SharedCounts,
    private readonly salts: VisitorSalts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { rateLimitSite, rateLimitAddress } = config;
    if (rateLimitSite !== undefined) this.site = new RateLimit(rateLimitSite);
    if (rateLimitAddress !== undefined) this.address = new RateLimit(rateLimitAddress);
  }

  get limitsSites(): boolean {
    return this.site !== undefined;
  }

  get limitsAddresses(): boolean {
    return this.address !== undefined;
  }

  onModuleInit(): void {
    if (this.site || this.address) this.tellLater();
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** @returns seconds to wait; 0: admitted */
  ofAddress(request: Pick<SenderRequest, 'ip' | 'socket'>): Promise<number> | number {
    const address = this.address && addressOf(request);
    return address === undefined ? 0 : (this.address?.take(senderKey(address)) ?? 0);
  }

  /**
   * Counts the events of a request for their sites.
   *
   * @param admitted the request was let in already: its events count, and none has to wait
   * @returns the sites that have to wait
   */
  async ofSites(items: readonly unknown[], admitted: boolean): Promise<Waits> {
    const waits = new Map<string, number>();
    if (!this.site) return waits;
    const counts = new Map<string, number>();
    for (const item of items) {
      const siteId = (item as { siteId?: unknown } | null | undefined)?.siteId;
      if (isSiteId(siteId)) counts.set(siteId, (counts.get(siteId) ?? 0) + 1);
    }
    for (const [siteId, events] of counts) {
      if (admitted) await this.site.add(siteId, events);
      else {
        const wait = await this.site.take(siteId, events);
        if (wait > 0) waits.set(siteId, wait);
      }
    }
    return waits;
  }

  private tellLater(): void {
    this.timer = setTimeout(() => {
      void this.tell().finally(() => {
        if (this.timer) this.tellLater();
      });
    }, TELL_EVERY_MS);
    this.timer.unref();
  }

  private async tell(): Promise<void> {
    try {
      await this.site?.tell((siteId, points, seconds) => this.shared.add(`site ${siteId}`, points, seconds));
      // An address is not to be found where the counts are kept: it stands there by a hash with today's secret.
      const salt = this.address && (await this.salts.at(Date.now()));
      await this.address?.tell((address, points, seconds) => {
        const hash = createHmac('sha256', salt ?? '')
          .update(address)
          .digest('base64url');
        return this.shared.add(`address ${hash}`, points, seconds);
      });
      if (this.alone) this.logger.info('rate limits are shared with other processes again');
      this.alone = false;
    } catch (error) {
      if (!this.alone)
        this.logger.warn(
          { detail: (error as Error).message },
          'rate limits are counted by this process alone for now',
        );
      this.alone = true;
    }
  }
}
