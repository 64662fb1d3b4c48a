import { Injectable, type OnModuleDestroy } from '@nestjs/common';

import { newEventId } from '#events/event-id.js';
import { isSiteId } from '#events/rules.js';
import { EventLog } from '#event-log/event-log.js';
import type { Refusal } from '#event-log/refusal-notices.js';

import { isForNow } from './refusal-codes.js';
import { ToldQuota } from './told-quota.js';

/**
 * So many are kept, in the memory of each process. Those for now are kept apart, so that an outage hides no faults, and those of
 * no site, so that nobody without a key does.
 */
export const REFUSALS_KEPT = { forGood: 1_000, forNow: 100, ofNoSite: 100 } as const;

/** The newest of what was put in. */
export class KeptRefusals {
  private readonly forGood = new Shared(REFUSALS_KEPT.forGood);
  private readonly forNow = new Ring(REFUSALS_KEPT.forNow);
  private readonly ofNoSite = new Ring(REFUSALS_KEPT.ofNoSite);

  add(refusal: Refusal): void {
    const { site, reason } = refusal;
    if (isForNow(reason)) this.forNow.add(refusal);
    else if (site === undefined) this.ofNoSite.add(refusal);
    else this.forGood.add(site, refusal);
  }

  /** Newest first; of one site, or of all. */
  list(site?: string): Refusal[] {
    const all = [...this.forGood.list(), ...this.forNow.list(), ...this.ofNoSite.list()];
    all.sort((a, b) => b.at - a.at);
    return site === undefined ? all : all.filter((refusal) => refusal.site === site);
  }
}

/** Where all places are taken, the site that has most of them gives one up. */
class Shared {
  private readonly bySite = new Map<string, Refusal[]>();
  private taken = 0;

  constructor(private readonly places: number) {}

  add(site: string, refusal: Refusal): void {
    const known = this.bySite.get(site);
    if (known) known.push(refusal);
    else this.bySite.set(site, [refusal]);
    if (++this.taken > this.places) this.giveUpOne();
  }

  /** Of each site newest first. */
  list(): Refusal[] {
    return [...this.bySite.values()].flatMap((kept) => kept.toReversed());
  }

  private giveUpOne(): void {
    let most = '';
    let length = 0;
    for (const [site, kept] of this.bySite) if (kept.length > length) [most, length] = [site, kept.length];
    this.bySite.get(most)?.shift();
    if (length === 1) this.bySite.delete(most);
    this.taken -= 1;
  }
}

class Ring {
  private readonly kept: Refusal[] = [];
  /** Where the next one goes once all places are taken: the oldest. */
  private next = 0;

  constructor(private readonly places: number) {}

  add(refusal: Refusal): void {
    this.kept[this.next] = refusal;
    this.next = (this.next + 1) % this.places;
  }

  /** Newest first. */
  list(): Refusal[] {
    return [...this.kept.slice(0, this.next).reverse(), ...this.kept.slice(this.next).reverse()];
  }
}

export type NewRefusal = Omit<Refusal, 'id' | 'site'> & { readonly site?: unknown };

/** What was refused lately by any process, behind whichever status the sender saw. */
@Injectable()
export class RecentRefusals implements OnModuleDestroy {
  private readonly kept = new KeptRefusals();
  private readonly quota = new ToldQuota({ all: 20, ofSite: 5 });
  private readonly stopListening: () => void;

  constructor(private readonly log: EventLog) {
    // Our own come back too; they are here already, and all of them.
    this.stopListening = log.refusals.listen(({ from, refusals }) => {
      if (from !== log.refusals.process) refusals.forEach((refusal) => this.kept.add(refusal));
    });
  }

  /** Keeps it here and tells the other processes. */
  add({ site, ...rest }: NewRefusal): void {
    const refusal: Refusal = { id: newEventId(rest.at), ...rest, ...(isSiteId(site) && { site }) };
    this.kept.add(refusal);
    this.log.refusals.send(refusal);
  }

  /** One that may be sent again: they come by the thousand, so a few are told, and the others are only counted. */
  addForNow(site: string, refusal: () => NewRefusal): void {
    if (this.quota.admits(site, performance.now())) this.add(refusal());
    else this.log.refusals.count(site);
  }

  /** Newest first; of one site, or of all. */
  list(site?: string): Refusal[] {
    return this.kept.list(site);
  }

  onModuleDestroy(): void {
    this.stopListening();
  }
}
