import type { Pool } from 'pg';
import { shareOf, type Share } from './balance.js';
import type { Engine } from './engine.js';
import { holders } from './lease.js';

/** Looks for which a partition may be free before whoever it does not fall to takes it. */
const PATIENCE_TICKS = 3;
/** Lifetimes of a lease for which nothing is handed over after somebody did not take its share. */
const REST_LEASES = 5;

/** This projector among all those of the database: says that it lives, and which partitions are its to take or to give. */
export class Sharing {
  private announcedAt = -Infinity;
  /** partition -> since when it was seen free */
  private readonly free = new Map<number, number>();
  private restUntil = -Infinity;

  constructor(private readonly engine: Pick<Engine, 'pool' | 'owner' | 'limits'>) {}

  /** What to take and to give now. */
  async look(): Promise<Share> {
    const { pool, owner, limits } = this.engine;
    const now = performance.now();
    if (now - this.announcedAt >= limits.heartbeatMs) {
      await announce(pool, owner, limits.leaseMs);
      this.announcedAt = now;
    }
    const living = await owners(pool);
    const all = await holders(pool);
    const { take, give } = shareOf(owner, [...new Set([...living, owner])], all);
    const left = this.leftAlone(
      all.flatMap((each) => (each.free ? [each.partition] : [])),
      take,
      now,
    );
    // It would be handed to the same one again, who takes nothing.
    if (left.length > 0) this.restUntil = now + REST_LEASES * limits.leaseMs;
    return { take: [...take, ...left], give: now < this.restUntil ? undefined : give };
  }

  /** At the end, and where this code may not project: the others need not wait. */
  async withdraw(): Promise<void> {
    this.announcedAt = -Infinity;
    await this.engine.pool.query('DELETE FROM projector WHERE owner = $1', [this.engine.owner]);
  }

  /** No partition waits for one who does not come. */
  private leftAlone(free: readonly number[], mine: readonly number[], now: number): number[] {
    for (const partition of this.free.keys()) if (!free.includes(partition)) this.free.delete(partition);
    for (const partition of free) if (!this.free.has(partition)) this.free.set(partition, now);
    const patience = PATIENCE_TICKS * this.engine.limits.tickMs;
    return free.filter(
      (partition) => !mine.includes(partition) && now - (this.free.get(partition) ?? now) >= patience,
    );
  }
}

async function announce(pool: Pool, owner: string, leaseMs: number): Promise<void> {
  await pool.query(
    `INSERT INTO projector (owner, alive_until) VALUES ($1, now() + $2 * interval '1 ms')
     ON CONFLICT (owner) DO UPDATE SET alive_until = EXCLUDED.alive_until`,
    [owner, leaseMs],
  );
}

/** Of those that live. */
async function owners(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ owner: string }>(
    'SELECT owner FROM projector WHERE alive_until >= now()',
  );
  return rows.map((row) => row.owner);
}

/** Those that did not say that they end. */
export async function sweepProjectors(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM projector WHERE alive_until < now() - interval '1 hour'`);
}
