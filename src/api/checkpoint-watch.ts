import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';

import { READ_POOL } from '#database/pool.js';
import { type LogPlace, POSITIONS, ProjectionBehind, unavailable } from '#database/snapshot.js';
import { lookOverAll } from '#database/tenant.js';

import { ChangeFeed } from './ports.js';

const POLL_MS = 100;
/** How long the database has for a first look, where the bound is shorter. */
const FIRST_LOOK_MS = 2_000;

const UNREAD = 'the checkpoints cannot be read';

interface Waiting {
  readonly wanted: LogPlace;
  readonly settle: (error?: Error) => void;
  /** As last looked at; undefined where the database did not answer. */
  reached: number | undefined;
  /** The bound has passed: the next look is the last. */
  late: boolean;
}

/**
 * Waits until the served figures include a place in the log: it looks at the checkpoints after each change notice and, since
 * a notice may get lost, every 100 ms. One small query serves all that wait, and none is made while nobody does.
 */
@Injectable()
export class CheckpointWatch implements OnModuleDestroy {
  private readonly waiting = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;
  private stopListening: (() => void) | undefined;
  private looking = false;
  private again = false;

  constructor(
    private readonly feed: ChangeFeed,
    @Inject(READ_POOL) private readonly pool: Pool,
  ) {}

  /**
   * @throws ProjectionBehind once the milliseconds have passed, DatabaseUnavailable where the checkpoint could not even be
   * looked at.
   */
  reached(wanted: LogPlace, milliseconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        wanted,
        reached: undefined,
        late: false,
        settle: (error) => {
          clearTimeout(deadline);
          this.drop(entry);
          if (error) reject(error);
          else resolve();
        },
      };
      let deadline = setTimeout(() => {
        entry.late = true;
        if (entry.reached !== undefined) return entry.settle(new ProjectionBehind(wanted, entry.reached));
        const grace = Math.max(0, FIRST_LOOK_MS - milliseconds);
        deadline = setTimeout(() => entry.settle(unavailable(this.pool, UNREAD)), grace);
      }, milliseconds);
      this.waiting.add(entry);
      this.stopListening ??= this.feed.subscribeAll(() => void this.look());
      void this.look();
    });
  }

  onModuleDestroy(): void {
    for (const { settle } of [...this.waiting]) settle(unavailable(this.pool, 'the server is stopping'));
  }

  private drop(entry: Waiting): void {
    this.waiting.delete(entry);
    if (this.waiting.size > 0) return;
    clearTimeout(this.timer);
    this.stopListening?.();
    this.stopListening = undefined;
  }

  private async look(): Promise<void> {
    // A look that is on its way may have read before the change that asks for this one.
    this.again = this.looking;
    if (this.looking) return;
    this.looking = true;
    clearTimeout(this.timer);
    const asked = [...this.waiting];
    const positions = await this.positions();
    for (const entry of asked) {
      entry.reached = positions && (positions.get(entry.wanted.partition) ?? 0);
      if (entry.reached === undefined) continue;
      if (entry.reached >= entry.wanted.sequence) entry.settle();
      else if (entry.late) entry.settle(new ProjectionBehind(entry.wanted, entry.reached));
    }
    this.looking = false;
    if (this.waiting.size === 0) return;
    if (this.again) void this.look();
    else this.timer = setTimeout(() => void this.look(), POLL_MS);
  }

  private async positions(): Promise<ReadonlyMap<number, number> | undefined> {
    try {
      const rows = await lookOverAll<LogPlace>(this.pool, POSITIONS);
      return new Map(rows.map(({ partition, sequence }) => [partition, sequence]));
    } catch {
      return undefined;
    }
  }
}
