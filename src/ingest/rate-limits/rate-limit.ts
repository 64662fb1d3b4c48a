import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

import type { SharedCount } from './shared-counts.js';

/** Rates are averages of so long: a page that opens, or a client that sends what it kept, is no flood. */
export const WINDOW_SECONDS = 10;
/** What a process may keep to itself before the others hear of it, as a share of the limit. */
const UNTOLD = 1 / 50;
/** Senders whose count is to be told; whoever comes beyond them is counted here alone. */
const MOST_UNTOLD = 10_000;

type Add = (key: string, points: number, seconds: number) => Promise<SharedCount>;

interface Untold {
  points: number;
  readonly until: number;
}

/**
 * What each sender of one kind may do in a window of `WINDOW_SECONDS`, which begins with its first request. Counted in
 * memory, so no request waits; `tell` exchanges the counts with other processes.
 */
export class RateLimit {
  private readonly counts: RateLimiterMemory;
  private readonly untold = new Map<string, Untold>();
  private readonly tellFrom: number;

  /** @param perSecond on the average of a window */
  constructor(perSecond: number) {
    const points = perSecond * WINDOW_SECONDS;
    this.counts = new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
    this.tellFrom = Math.max(1, points * UNTOLD);
  }

  /**
   * Admits all of it while the sender has anything left, and none of it after that: a request that is larger than what
   * is left would otherwise never get through.
   *
   * @returns seconds to wait; 0: admitted, and counted
   */
  async take(key: string, points = 1): Promise<number> {
    try {
      await this.counts.consume(key, 1);
    } catch (refused) {
      return Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000));
    }
    if (points > 1) await this.counts.penalty(key, points - 1);
    this.keep(key, points);
    return 0;
  }

  /** Counts what is part of a request that was admitted. */
  async add(key: string, points: number): Promise<void> {
    await this.counts.penalty(key, points);
    this.keep(key, points);
  }

  /** Tells what was counted here and takes over what all have counted. Rejects with the fault of `add`; nothing is lost then. */
  async tell(add: Add): Promise<void> {
    const now = Date.now();
    for (const [key, told] of [...this.untold]) {
      if (told.until <= now) this.untold.delete(key);
      else if (told.points >= this.tellFrom) await this.tellOf(key, told, add);
    }
  }

  private async tellOf(key: string, told: Untold, add: Add): Promise<void> {
    const { points } = told;
    // The count of all ends with ours where ours is the first, or whoever waited as told would wait again.
    const left = (await this.counts.get(key))?.msBeforeNext ?? 0;
    const all = left > 0 ? await add(key, points, left / 1000) : undefined;
    told.points -= points;
    if (told.points === 0) this.untold.delete(key);
    if (all && all.endsIn > 0) await this.counts.set(key, all.points + told.points, all.endsIn / 1000);
  }

  private keep(key: string, points: number): void {
    const known = this.untold.get(key);
    if (known) known.points += points;
    else if (this.untold.size < MOST_UNTOLD)
      this.untold.set(key, { points, until: Date.now() + WINDOW_SECONDS * 1000 });
  }
}
