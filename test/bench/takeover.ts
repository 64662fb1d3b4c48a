import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createPool } from '#database/pool.js';
import { livingProjectors } from '#database/projectors.js';
import { rowsOf } from '#database/row-reader.js';
import type { EventLog } from '#event-log/event-log.js';
import { openLog } from './fill-log.js';
import { startProduct, type Product } from './product.js';
import { median, type Row } from './report.js';
import { withServers, type Servers } from './servers.js';

const ROUNDS = 5;
const PROJECTORS = 3;

/**
 * Three `projector` processes share four partitions; one is killed, or frozen, and another one started. How long until
 * something that came right after it is projected, and until the shares are even again: medians of five.
 */
export function takeoverRows(): Promise<Row[]> {
  return withServers(async (servers, folder) => {
    const group = await Group.open(servers, folder);
    try {
      for (let n = 0; n < PROJECTORS; n++) await group.join();
      const times: Record<'SIGKILL' | 'SIGSTOP' | 'join', number[]> = { SIGKILL: [], SIGSTOP: [], join: [] };
      for (let round = 0; round < ROUNDS; round++) {
        for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
          times[signal].push(await group.lose(signal));
          times.join.push(await group.join());
        }
      }
      return [
        row('take-over of a killed projector', times.SIGKILL),
        row('take-over of a frozen projector', times.SIGSTOP),
        row('a new projector has its share', times.join),
      ];
    } finally {
      await group.close();
    }
  });
}

function row(figure: string, seconds: readonly number[]): Row {
  const most = Math.max(...seconds);
  const note = `${Math.min(...seconds).toFixed(1)} to ${most.toFixed(1)} s`;
  return { figure, value: median(seconds), unit: 's', mark: '< 10 s each', met: most < 10, note };
}

/** Projector processes on the same servers. */
class Group {
  private readonly running: Product[] = [];
  private made = 0;

  private constructor(
    private readonly servers: Servers,
    private readonly folder: string,
    private readonly log: EventLog,
    private readonly pool: Pool,
  ) {}

  static async open(servers: Servers, folder: string): Promise<Group> {
    const log = await openLog(servers);
    return new Group(servers, folder, log, createPool(servers.databaseUrl, { max: 2 }));
  }

  /** One more. @returns seconds from its being ready until all have even shares */
  async join(): Promise<number> {
    const dataDir = join(this.folder, `projector-${this.made++}`);
    mkdirSync(dataDir);
    this.running.push(
      await startProduct(dataDir, 'projector', {
        DATABASE_URL: this.servers.databaseUrl,
        NATS_URL: this.servers.natsUrl,
        NATS_MONITOR_URL: this.servers.monitorUrl,
        TIDEMARK_PROJECTORS: '1',
      }),
    );
    return this.until(async () => {
      const counts = (await livingProjectors(rowsOf(this.pool))).map(({ partitions }) => partitions.length);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const even = Math.max(...counts) - Math.min(...counts) < 2;
      return counts.length === this.running.length && total === this.log.partitions && even;
    });
  }

  /** The one that runs longest. @returns seconds until a message behind the signal is projected */
  async lose(signal: 'SIGKILL' | 'SIGSTOP'): Promise<number> {
    const victim = this.running.shift();
    if (!victim) throw new Error('no projector runs');
    const all = await livingProjectors(rowsOf(this.pool));
    const partition = all.find(({ owner }) => owner.includes(`-${victim.pid}-`))?.partitions[0];
    if (partition === undefined) throw new Error('it holds no partition');
    process.kill(victim.pid, signal);
    const began = performance.now();
    // It is no event: that it is parked is what shows that somebody reads on.
    const outcome = await this.log.append(partition, '{}');
    if (!outcome.stored) throw new Error('not stored');
    await this.until(async () => {
      const { rows } = await this.pool.query<{ sequence: number }>(
        'SELECT sequence FROM partition WHERE partition = $1',
        [partition],
      );
      return (rows[0]?.sequence ?? 0) >= outcome.position.sequence;
    });
    const seconds = (performance.now() - began) / 1000;
    if (signal === 'SIGSTOP') process.kill(victim.pid, 'SIGKILL');
    return seconds;
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((each) => each.stop()));
    await this.log.close();
    await this.pool.end();
  }

  private async until(holds: () => Promise<boolean>): Promise<number> {
    const began = performance.now();
    while (!(await holds())) await pause(20);
    return (performance.now() - began) / 1000;
  }
}
