import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { migrate } from '#database/data-source.js';
import { createPool } from '#database/pool.js';
import { EventLog } from '#event-log/event-log.js';
import { encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import { defineProjection } from '#projection/define.js';
import { distinct, sum } from '#projection/measures.js';
import { dayOf } from '#projection/calendar.js';
import { tableNames } from '#projection/table.js';
import type { Projection } from '#projection/types.js';
import { Projector, type ProjectorOptions } from '#projector/projector.js';
import { createLogger, silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { createDatabase, type TestDatabase } from '../../harness/database.js';
import { startNats, type TestNats } from '../../harness/nats.js';
import { waitFor } from '../../harness/wait-for.js';

/** Throws for events of type `poison`, and lets PostgreSQL refuse those of type `overflow`. */
export const days = defineProjection({
  name: 'lab_days',
  version: 1,
  events: 'all',
  keys: { day: 'date' },
  measures: { events: sum('bigint'), weight: sum('int'), visitors: distinct('uuid') },
  project: (event, site) => {
    if (event.type === 'poison') throw new Error('this one cannot be projected');
    const weight = event.type === 'overflow' ? 2_000_000_000 : 1;
    return [{ day: dayOf(event.occurredAt, site.timeZone), events: 1, weight, visitors: event.visitorId }];
  },
});

export const paths = defineProjection({
  name: 'lab_paths',
  version: 1,
  events: ['page_view'],
  keys: { day: 'date', path: 'text' },
  measures: { views: sum('bigint') },
  project: (event, site) =>
    event.path === undefined
      ? []
      : [{ day: dayOf(event.occurredAt, site.timeZone), path: event.path, views: 1 }],
});

export const labProjections: readonly Projection[] = [days, paths];

/** `LAB_LOG=debug` shows what the engine says. */
const logger = process.env.LAB_LOG
  ? createLogger({ level: process.env.LAB_LOG, format: 'json' })
  : silentLogger;

const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 1);

export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The n-th event of a site: nothing in it is random. */
export function labEvent(site: string, n: number, change: Partial<StoredEvent> = {}): StoredEvent {
  return {
    v: 1,
    id: uuidOf(`${site}/${n}`),
    site,
    type: n % 5 === 0 ? 'click' : 'page_view',
    occurredAt: START + (n % 3) * DAY + n,
    receivedAt: START + 3 * DAY + n,
    visitorId: uuidOf(`visitor ${n % 17}`),
    path: `/page/${n % 7}`,
    source: { dialect: 'lab' },
    ...change,
  };
}

/** One database and one log of their own, and as many projectors as a test wants. */
export class Lab {
  readonly metrics = new Metrics({ defaults: false });
  private readonly projectors: Projector[] = [];

  private constructor(
    readonly nats: TestNats,
    readonly database: TestDatabase,
    readonly pool: Pool,
    readonly log: EventLog,
  ) {}

  static async open(partitions = 1, nats?: TestNats): Promise<Lab> {
    const server = nats ?? (await startNats());
    const database = await createDatabase();
    await migrate(database.url, silentLogger);
    const log = await EventLog.open({
      url: server.url,
      monitorUrl: server.monitorUrl,
      partitions,
      acceptUnsynced: true,
      logger: silentLogger,
      metrics: new Metrics({ defaults: false }),
    });
    return new Lab(server, database, createPool(database.url, { max: 4 }), log);
  }

  projector(options: Partial<ProjectorOptions> = {}): Projector {
    const projector = new Projector({
      url: this.database.url,
      log: this.log,
      projections: labProjections,
      logger,
      metrics: this.metrics,
      ...options,
      limits: { tickMs: 50, sweepMs: 200, stoppedRetryMs: 200, ...options.limits },
    });
    this.projectors.push(projector);
    return projector;
  }

  async started(options: Partial<ProjectorOptions> = {}): Promise<Projector> {
    const projector = this.projector(options);
    await projector.start();
    return projector;
  }

  async append(events: readonly StoredEvent[], partition = 0): Promise<void> {
    await this.appendLines(events.map(encodeEvent), partition);
  }

  async appendLines(lines: readonly string[], partition = 0): Promise<void> {
    const outcomes = await Promise.all(lines.map((line) => this.log.append(partition, line)));
    const refused = outcomes.find((outcome) => !outcome.stored);
    if (refused) throw new Error(`not stored: ${JSON.stringify(refused)}`);
  }

  /** Waits until the floor of every partition is the end of its log. */
  async drained(timeout = 30_000): Promise<void> {
    for (let partition = 0; partition < this.log.partitions; partition++) {
      const { sequence } = await this.log.head(partition);
      await waitFor(async () => (await this.floor(partition)) >= sequence, {
        timeout,
        message: `partition ${partition} at ${sequence}`,
      });
    }
  }

  async floor(partition = 0): Promise<number> {
    const { rows } = await this.pool.query<{ sequence: number }>(
      'SELECT sequence FROM partition WHERE partition = $1',
      [partition],
    );
    return rows[0]?.sequence ?? 0;
  }

  /** Every row of every table of a generation (the served one unless named), sets included, by the name of its site. */
  async dump(projection: Projection, generation?: number): Promise<unknown[]> {
    const { rows: known } = await this.pool.query<{ id: number; number: number }>(
      `SELECT g.id, g.number FROM generation g LEFT JOIN served_generation s ON s.generation_id = g.id
       WHERE g.projection = $1 AND CASE WHEN $2::int IS NULL THEN s.generation_id IS NOT NULL ELSE g.number = $2 END`,
      [projection.name, generation ?? null],
    );
    const [found] = known;
    if (!found) throw new Error(`no generation ${generation ?? 'served'} of ${projection.name}`);
    const { main, sets } = tableNames(projection, found.number);
    const dumps: unknown[] = [];
    for (const table of [main, ...Object.values(sets)]) {
      const { rows } = await this.pool.query<{ row: string }>(
        `SELECT s.name || ' ' || (to_jsonb(t) - 'row_set')::text AS row
         FROM ${table} t JOIN row_set r USING (row_set) JOIN site s ON s.id = r.site_id ORDER BY 1`,
      );
      dumps.push(rows.map((each) => each.row));
    }
    return dumps;
  }

  async query<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T & Record<string, unknown>>(sql, values)).rows;
  }

  async close(options: { keepNats?: boolean } = {}): Promise<void> {
    await Promise.all(this.projectors.map((projector) => projector.stop()));
    await this.log.close();
    await this.pool.end();
    await this.database.drop();
    if (options.keepNats !== true) await this.nats.stop();
  }
}

/** What `days` must hold, worked out the slow way from distinct events. */
export function expectedDays(events: readonly StoredEvent[]): unknown[] {
  const rows = new Map<string, { events: number; visitors: Set<string> }>();
  for (const event of events) {
    const day = new Date(event.occurredAt).toISOString().slice(0, 10);
    const key = `${event.site} ${day}`;
    const row = rows.get(key) ?? { events: 0, visitors: new Set() };
    rows.set(key, row);
    row.events += 1;
    row.visitors.add(event.visitorId);
  }
  const main = [...rows].map(([key, row]) => {
    const [site, day] = key.split(' ');
    return `${site ?? ''} ${jsonb({ day, events: row.events, weight: row.events, visitors: row.visitors.size })}`;
  });
  const sets = [...rows].flatMap(([key, row]) => {
    const [site, day] = key.split(' ');
    return [...row.visitors].map((member) => `${site ?? ''} ${jsonb({ day, member })}`);
  });
  return [main.sort(), sets.sort()];
}

/** As PostgreSQL prints it: shorter keys first, then by byte. */
function jsonb(value: Record<string, unknown>): string {
  const keys = Object.keys(value).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return `{${keys.map((key) => `"${key}": ${JSON.stringify(value[key])}`).join(', ')}}`;
}
