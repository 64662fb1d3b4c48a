import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { ChangeFeed, type LogHead, LogHeads } from '#api/ports.js';
import { EventLog } from '#event-log/event-log.js';

/** The log's change notices, by site. */
@Injectable()
export class LogChangeFeed extends ChangeFeed {
  private readonly bySite = new Map<string, Set<Parameters<ChangeFeed['subscribe']>[1]>>();

  constructor(private readonly log: EventLog) {
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

  override subscribeAll(listener: Parameters<ChangeFeed['subscribeAll']>[0]): () => void {
    return this.log.onNotice(listener);
  }
}

@Injectable()
export class LogHeadsFromLog extends LogHeads {
  constructor(private readonly log: EventLog) {
    super();
  }

  override heads(): Promise<readonly LogHead[]> {
    const { log } = this;
    return Promise.all(
      Array.from({ length: log.partitions }, async (_, partition) => {
        const { sequence } = await log.head(partition);
        return { partition, sequence, durability: log.durability };
      }),
    );
  }
}

/** When the oldest event that is in no read model yet was stored, in milliseconds since the epoch; undefined for none. */
export async function oldestUnprojected(log: EventLog, pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ partition: number; sequence: number }>(
    'SELECT partition, sequence FROM partition',
  );
  const projected = new Map(rows.map((row) => [row.partition, row.sequence]));
  const waiting = Array.from({ length: log.partitions }, async (_, partition) => {
    const next = (projected.get(partition) ?? 0) + 1;
    const { sequence } = await log.head(partition);
    return next <= sequence ? (await log.messageAt(partition, next))?.storedAt : undefined;
  });
  const times = (await Promise.all(waiting)).filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}
