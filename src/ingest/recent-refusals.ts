import { Injectable, type OnModuleDestroy } from '@nestjs/common';

import { newEventId } from '#events/event-id.js';
import { isSiteId } from '#events/rules.js';
import { EventLog } from '#event-log/event-log.js';
import type { Refusal } from '#event-log/refusal-notices.js';

import { isForNow } from './refusal-codes.js';
import { ToldQuota } from './told-quota.js';

/** So many are kept, in the memory of each process; those for now are kept apart, so that an outage hides no faults. */
export const REFUSALS_KEPT = { forGood: 1_000, forNow: 100 } as const;

/** The newest of what was put in. */
export class KeptRefusals {
  private readonly forGood = new Ring(REFUSALS_KEPT.forGood);
  private readonly forNow = new Ring(REFUSALS_KEPT.forNow);

  add(refusal: Refusal): void {
    (isForNow(refusal.reason) ? this.forNow : this.forGood).add(refusal);
  }

  /** Newest first; of one site, or of all. */
  list(site?: string): Refusal[] {
    const all = [...this.forGood.list(), ...this.forNow.list()].sort((a, b) => b.at - a.at);
    return site === undefined ? all : all.filter((refusal) => refusal.site === site);
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
