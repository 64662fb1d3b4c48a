import { Injectable, type OnModuleDestroy } from '@nestjs/common';

import { newEventId } from '#events/event-id.js';
import { isSiteId } from '#events/rules.js';
import { EventLog } from '#event-log/event-log.js';
import type { Refusal } from '#event-log/refusal-notices.js';

/** So many are kept, in the memory of each process. */
export const REFUSALS_KEPT = 1_000;

/** The newest of what was put in. */
export class RefusalRing {
  private readonly kept: Refusal[] = [];
  /** Where the next one goes once all places are taken: the oldest. */
  private next = 0;

  add(refusal: Refusal): void {
    this.kept[this.next] = refusal;
    this.next = (this.next + 1) % REFUSALS_KEPT;
  }

  /** Newest first; of one site, or of all. */
  list(site?: string): Refusal[] {
    const inOrder = [...this.kept.slice(0, this.next).reverse(), ...this.kept.slice(this.next).reverse()];
    return site === undefined ? inOrder : inOrder.filter((refusal) => refusal.site === site);
  }
}

/** What was refused lately by any process, behind whichever status the sender saw. */
@Injectable()
export class RecentRefusals implements OnModuleDestroy {
  private readonly ring = new RefusalRing();
  private readonly stopListening: () => void;

  constructor(private readonly log: EventLog) {
    // Our own come back too; they are here already, and all of them.
    this.stopListening = log.refusals.listen(({ from, refusals }) => {
      if (from !== log.refusals.process) refusals.forEach((refusal) => this.ring.add(refusal));
    });
  }

  /** Keeps it here and tells the other processes. */
  add({ site, ...rest }: Omit<Refusal, 'id' | 'site'> & { readonly site?: unknown }): void {
    const refusal: Refusal = { id: newEventId(rest.at), ...rest, ...(isSiteId(site) && { site }) };
    this.ring.add(refusal);
    this.log.refusals.send(refusal);
  }

  /** Newest first; of one site, or of all. */
  list(site?: string): Refusal[] {
    return this.ring.list(site);
  }

  onModuleDestroy(): void {
    this.stopListening();
  }
}
