import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { ChangeFeed, type LogHead, LogHeads } from '#api/ports.js';
import { PG_POOL } from '#database/pool.js';
import { EventLog } from '#event-log/event-log.js';

/** The log's change notices, by site. */
@Injectable()
export class LogChangeFeed extends ChangeFeed {
  private readonly bySite = new Map<string, Set<Parameters<ChangeFeed['subscribe']>[1]>>();

  constructor(log: EventLog) {
    super();
    log.onNotice(({ partition, sequence, sites }) => {
      for (const site of sites)
        this.bySite.get(site)?.forEach((listener) => listener({ partition, sequence }));
    });
  }

  override subscribe(...[siteId, listener]: Parameters<ChangeFeed['subscribe']>): () => void {
    const listeners = this.bySite.get(siteId) ?? new Set();
    this.bySite.set(siteId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.bySite.delete(siteId);
    };
  }
}

@Injectable()
export class LogHeadsFromLog extends LogHeads {
  constructor(
    private readonly log: EventLog,
    @Inject(PG_POOL) private readonly pool: Pool,
  ) {
    super();
  }

  override async heads(): Promise<readonly LogHead[]> {
    return logHeads(this.log, this.pool);
  }
}

/** Each partition's head, with the age of the oldest event that is not projected yet. */
export async function logHeads(log: EventLog, pool: Pool): Promise<readonly LogHead[]> {
  const { rows } = await pool.query<{ partition: number; sequence: number }>(
    'SELECT partition, sequence FROM partition',
  );
  const projected = new Map(rows.map((row) => [row.partition, row.sequence]));
  return Promise.all(
    Array.from({ length: log.partitions }, async (_, partition) => {
      const { sequence } = await log.head(partition);
      const next = (projected.get(partition) ?? 0) + 1;
      const oldest = next <= sequence ? await log.messageAt(partition, next) : undefined;
      return {
        partition,
        sequence,
        durability: log.durability,
        ...(oldest === undefined ? {} : { oldestUnprojectedAt: oldest.storedAt }),
      };
    }),
  );
}
