import { createHmac } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { RateLimiterPostgres } from 'rate-limiter-flexible';

import { senderKey, senderSite } from '#access/sender-key.js';
import { PG_POOL } from '#database/pool.js';
import { rateLimiter } from '#database/rate-limiter.js';

import { AccountsSecret } from './secret.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Tries in so many seconds; a sign-in that succeeds is no try. */
const limits = {
  /** Of one account, from one address. */
  'sign-in': { points: 10, seconds: 15 * MINUTE },
  /** From one address, of whichever accounts. */
  'sign-in-address': { points: 10, seconds: 15 * MINUTE },
  /** Of one account, from the many networks of IPv6 that one site may have. */
  'sign-in-site': { points: 30, seconds: 15 * MINUTE },
  /** Of one account, from wherever. */
  'sign-in-account': { points: 100, seconds: HOUR },
  /** Of a password that somebody who is signed in is asked for again. */
  password: { points: 10, seconds: 15 * MINUTE },
  code: { points: 20, seconds: 15 * MINUTE },
  'sign-up': { points: 20, seconds: HOUR },
  'mail-address': { points: 20, seconds: HOUR },
  /** To one recipient. */
  mail: { points: 5, seconds: HOUR },
  /** That one person has sent to others. */
  'mail-sender': { points: 50, seconds: HOUR },
} as const;
type Limit = keyof typeof limits;

type Tries = Readonly<Partial<Record<Limit, string>>>;

interface Count {
  readonly most: number;
  readonly consumed: number;
  /** Until it begins anew. */
  readonly milliseconds: number;
}

export interface Taken {
  /** Seconds to wait; 0: go on. */
  readonly wait: number;
  /** Takes the tries back. */
  undo(): Promise<void>;
}

/** Counts tries for all processes together, in the table `rate_limit`. Neither addresses nor accounts can be read there. */
@Injectable()
export class Throttle {
  private counts: RateLimiterPostgres | undefined;

  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly secret: AccountsSecret,
  ) {}

  /** Counts a try for each. It is counted before it is made, so many at once are no more than one after another. */
  async take(tries: Tries): Promise<Taken> {
    const counts = await this.count(tries);
    return { wait: Math.max(0, ...counts.map(waitOf)), undo: () => this.undo(tries) };
  }

  /**
   * Whoever guesses from many addresses at once locks nobody out: when an account is guessed at that much, each address
   * has a single try, and its owner's is another one.
   */
  async takeSignIn(account: string, ip: string): Promise<Taken> {
    const address = senderKey(ip);
    const site = senderSite(ip);
    const tries: Tries = {
      'sign-in': `${account} ${address}`,
      'sign-in-address': address,
      'sign-in-account': account,
      ...(site !== undefined && { 'sign-in-site': `${account} ${site}` }),
    };
    const [mine, from, all, near] = await this.count(tries);
    const guessed = all !== undefined && waitOf(all) > 0 && mine !== undefined && mine.consumed > 1;
    const waits = [mine, from, near].map((count) => (count ? waitOf(count) : 0));
    return {
      wait: Math.max(...waits, guessed ? seconds(mine.milliseconds) : 0),
      undo: () => this.undo(tries),
    };
  }

  private count(tries: Tries): Promise<Count[]> {
    return Promise.all(
      entriesOf(tries).map(async ([limit, of]) => {
        const { points, seconds: customDuration } = limits[limit];
        const count = await this.limiter().penalty(this.key(limit, of), 1, { customDuration });
        return { most: points, consumed: count.consumedPoints, milliseconds: count.msBeforeNext };
      }),
    );
  }

  private async undo(tries: Tries): Promise<void> {
    await Promise.all(
      entriesOf(tries).map(([limit, of]) => {
        // A count that has run out meanwhile would begin anew without an end.
        const { seconds: customDuration } = limits[limit];
        return this.limiter().reward(this.key(limit, of), 1, { customDuration });
      }),
    );
  }

  private key(limit: Limit, of: string): string {
    return `${limit} ${createHmac('sha256', this.secret.value).update(of).digest('base64url')}`;
  }

  private limiter(): RateLimiterPostgres {
    return (this.counts ??= rateLimiter(this.pool));
  }
}

const entriesOf = (tries: Tries): [Limit, string][] => Object.entries(tries) as [Limit, string][];

const seconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));

const waitOf = ({ most, consumed, milliseconds }: Count): number =>
  consumed > most ? seconds(milliseconds) : 0;
