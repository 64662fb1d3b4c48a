import type { Pool } from 'pg';
import { createPool } from '#database/pool.js';
import { EventLog } from '#event-log/event-log.js';
import { encodeEvent } from '#events/codec.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { startStack, type Stack } from '../../harness/stack.js';
import { waitFor } from '../../harness/wait-for.js';
import { labEvent } from './projector-lab.js';

/** The whole product with events in its log that cannot be projected. */
export class ParkedStack {
  private constructor(
    readonly stack: Stack,
    readonly pool: Pool,
    private readonly log: EventLog,
  ) {}

  static async start(o: { web?: boolean } = {}): Promise<ParkedStack> {
    const stack = await startStack(o);
    const { databaseUrl, natsUrl, natsMonitorUrl } = stack.runtime;
    const log = await EventLog.open({
      url: natsUrl,
      monitorUrl: natsMonitorUrl,
      acceptUnsynced: true,
      logger: silentLogger,
      metrics: new Metrics({ defaults: false }),
    });
    return new ParkedStack(stack, createPool(databaseUrl, { max: 2 }), log);
  }

  async append(partition: number, lines: readonly string[]): Promise<void> {
    await Promise.all(lines.map((line) => this.log.append(partition, line)));
  }

  /** IDs of the open ones with this reason, once there are so many. */
  async parked(reason: string, count?: number): Promise<number[]> {
    const find = async () => {
      const { rows } = await this.pool.query<{ id: number }>(
        `SELECT id FROM dead_letter WHERE reason = $1 AND status = 'open' ORDER BY id`,
        [reason],
      );
      return rows.map((row) => row.id);
    };
    if (count === undefined) return find();
    return waitFor(async () => ((await find()).length === count ? find() : undefined), { timeout: 30_000 });
  }

  /** Three page views that stand in partition 1 while their site, with another one, lives in partition 0. */
  async strays(site: string): Promise<number[]> {
    const event = (n: number) => encodeEvent(labEvent(site, n * 3, { type: 'page_view' }));
    await this.append(0, [event(1)]);
    await waitFor(async () => (await this.views(site)) === 1, { timeout: 30_000 });
    const before = await this.parked('wrong_partition');
    await this.append(1, [event(2), event(3), event(4)]);
    const now = await this.parked('wrong_partition', before.length + 3);
    return now.filter((id) => !before.includes(id));
  }

  async moveHome(site: string, partition: number): Promise<void> {
    await this.pool.query('UPDATE site SET partition = $2 WHERE name = $1', [site, partition]);
  }

  /** Of 1 March, on which the strays are. */
  async views(site: string): Promise<number> {
    const answer = await fetch(`${this.stack.url}/api/stats?siteId=${site}&date=2026-03-01`);
    return ((await answer.json()) as { totalViews?: number }).totalViews ?? 0;
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.pool.end();
    await this.stack.stop();
  }
}
