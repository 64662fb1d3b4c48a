import { Injectable } from '@nestjs/common';

import { isSiteId } from '#events/rules.js';

/** An event that was refused: enough to find the sender's fault, nothing of what was sent. */
export interface Refusal {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Absent where what was sent is no site ID. */
  readonly site?: string;
  readonly dialect: string;
  readonly reason: string;
  readonly messages: readonly string[];
}

/** So many are kept, in the memory of this process. */
export const REFUSALS_KEPT = 1_000;

/** What was refused lately, behind whichever status the sender saw. */
@Injectable()
export class RecentRefusals {
  private readonly kept: Refusal[] = [];
  /** Where the next one goes once all places are taken: the oldest. */
  private next = 0;

  add(refusal: Omit<Refusal, 'site'> & { readonly site?: unknown }): void {
    const { at, site, dialect, reason, messages } = refusal;
    const kept: Refusal = { at, ...(isSiteId(site) && { site }), dialect, reason, messages };
    this.kept[this.next] = kept;
    this.next = (this.next + 1) % REFUSALS_KEPT;
  }

  /** Newest first; of one site, or of all. */
  list(site?: string): Refusal[] {
    const inOrder = [...this.kept.slice(0, this.next).reverse(), ...this.kept.slice(this.next).reverse()];
    return site === undefined ? inOrder : inOrder.filter((refusal) => refusal.site === site);
  }
}
