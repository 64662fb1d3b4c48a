import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import { type Actor, nameOf } from '#access/actor.js';

import type { Limited } from './setting-outcome.js';

/** Of one person or key, in one process. */
const CHANGES = { points: 1_000, duration: 3_600 } as const;

/** Each change stays for ever in a stream that every process holds in memory, so nobody makes them without end. */
@Injectable()
export class ChangeLimit {
  private readonly counts = new RateLimiterMemory(CHANGES);

  /** Counts one more. @returns why it may not be; undefined where it may */
  async take(actor: Actor): Promise<Limited | undefined> {
    if (actor.kind === 'local') return undefined;
    try {
      await this.counts.consume(nameOf(actor));
      return undefined;
    } catch (over) {
      if (!(over instanceof RateLimiterRes)) throw over;
      const limited = `there may be ${CHANGES.points} changes of settings in an hour`;
      return { limited, retryAfter: Math.max(1, Math.ceil(over.msBeforeNext / 1_000)) };
    }
  }
}
