import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import {
  lookAtPast,
  type PastState,
  type PastWanted,
  stillWanted,
  wantPast,
} from '#database/past-figures.js';
import { PG_POOL, READ_POOL } from '#database/pool.js';
import { isReplica } from '#database/replica.js';
import { rowsOf } from '#database/row-reader.js';
import { SnapshotClosed, unavailable } from '#database/snapshot.js';
import { asTenant, EVERYTHING } from '#database/tenant.js';

import { AsOfFailed, AsOfNotReady } from './past.js';

const POLL_MS = 100;
/** Between two signs of still waiting. */
const SIGN_MS = 1_000;

/** Has figures made, and waits for them. */
@Injectable()
export class PastWatch {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    @Inject(READ_POOL) private readonly reads: Pool,
  ) {}

  /**
   * @param until a `performance.now()`
   * @param gone when nobody waits for the answer any more; without anybody else the work is given up in some seconds
   * @returns the figures' ID @throws AsOfNotReady, AsOfFailed
   */
  async made(wanted: PastWanted, until: number, gone: AbortSignal): Promise<number> {
    let state = await this.asked(() => wantPast(this.pool, wanted));
    let signed = performance.now();
    while (!state.ready) {
      if (state.state === 'failed') throw new AsOfFailed(state.error ?? 'unknown');
      if (gone.aborted) throw new SnapshotClosed('the client went away');
      if (performance.now() >= until) {
        await this.asked(() => stillWanted(this.pool, [state.id], true));
        throw new AsOfNotReady(state.progress ?? {}, state.state !== null);
      }
      await sleep(POLL_MS);
      if (performance.now() - signed > SIGN_MS && !gone.aborted) {
        signed = performance.now();
        await this.asked(() => stillWanted(this.pool, [state.id], false));
      }
      state = await this.look(wanted, state.id);
    }
    if (isReplica(this.reads)) await this.replayed(state.id, until);
    return state.id;
  }

  /** They are read where they arrive a moment later. */
  private async replayed(id: number, until: number): Promise<void> {
    for (;;) {
      const [there] = await this.asked(() => this.inAll(this.reads, id), this.reads);
      if (there?.ready === true) return;
      if (performance.now() >= until) throw new AsOfNotReady(there?.progress ?? {});
      await sleep(POLL_MS);
    }
  }

  private look(wanted: PastWanted, id: number): Promise<PastState> {
    return this.asked(async () => {
      const [state] = await this.inAll(this.pool, id);
      // They were taken away again, or given up in that moment: a dead letter of the site was settled, perhaps.
      const lost = !state || (!state.ready && (state.state === null || state.state === 'done'));
      return lost ? wantPast(this.pool, wanted) : state;
    });
  }

  /** The site was found for whoever asks; what is made for it has no other name than its number. */
  private inAll(pool: Pool, id: number): Promise<PastState[]> {
    return asTenant(pool, EVERYTHING, (client) => lookAtPast(rowsOf(client), [id]));
  }

  private async asked<T>(work: () => Promise<T>, pool = this.pool): Promise<T> {
    return work().catch((error: unknown) => {
      throw unavailable(pool, String(error));
    });
  }
}
