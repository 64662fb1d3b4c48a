import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { startProduct, type Product } from './product.js';
import { fillLog } from './fill-log.js';
import { rowAtATime } from './row-at-a-time.js';
import { median, type Row } from './report.js';
import { traffic, type TrafficOptions } from './traffic.js';
import { withServers, type Servers } from './servers.js';

const BASELINE_SECONDS = 8;
const BASELINE_EVENTS = 50_000;

export interface Running {
  readonly product: Product;
  readonly client: Client;
  readonly count: number;
  readonly course: readonly Course[];
}

/**
 * A log of `options.count` events, projected by the product's own process, against the usual design on the same servers
 * just before; then what `more` measures on the same figures.
 */
export async function engineRows(
  options: TrafficOptions,
  figure: { readonly name: string; readonly mark: number },
  more: (running: Running) => Promise<Row[]> = async () => [],
): Promise<Row[]> {
  return withServers(async (servers, dataDir) => {
    const appended = await fillLog(servers, traffic(options));
    const few = [...traffic({ ...options, count: BASELINE_EVENTS })];
    const baseline = await rowAtATime(servers.baselineUrl, few, BASELINE_SECONDS);
    const client = new Client({ connectionString: servers.databaseUrl });
    const product = await startProduct(dataDir, 'all', environmentOf(servers));
    try {
      await client.connect();
      const course = await watchProjector(client, options.count);
      const projected = rateOf(course);
      const count = options.count.toLocaleString('en');
      return [
        {
          figure: `append alone, ${figure.name}`,
          value: appended,
          unit: 'events/s',
          note: `${count} events, synced`,
        },
        {
          figure: `projector, all read models, ${figure.name}`,
          value: projected,
          unit: 'events/s',
          baseline: { name: 'row at a time, ten workers', value: baseline },
          mark: `>= ${figure.mark} ×`,
          met: projected >= figure.mark * baseline,
          note: `${count} events`,
        },
        ...(await more({ product, client, count: options.count, course })),
      ];
    } finally {
      await client.end();
      await product.stop();
    }
  });
}

/** The product's process uses the servers of the bench. */
function environmentOf(servers: Servers): Record<string, string> {
  return {
    DATABASE_URL: servers.databaseUrl,
    NATS_URL: servers.natsUrl,
    NATS_MONITOR_URL: servers.monitorUrl,
    // A rebuild is measured at full speed; by default it takes half of the machine.
    TIDEMARK_REBUILD_SHARE: '1',
  };
}

/** How many events had been counted at which moment (milliseconds), from the first commit that is seen to the last. */
export interface Course {
  readonly at: number;
  readonly events: number;
}

/** Watches the projector until every event is counted, each once. */
export async function watchProjector(client: Client, count: number): Promise<Course[]> {
  const course: Course[] = [];
  for (;;) {
    const events = await counted(client);
    if (events > count) throw new Error(`${events} events were counted, ${count} were appended`);
    if (events > (course.at(-1)?.events ?? 0)) course.push({ at: performance.now(), events });
    if (events === count) return course;
    await pause(20);
  }
}

/** Events a second between the two counts. */
export function rateOf(course: readonly Course[], from = 0, to = Infinity): number {
  const part = course.filter(({ events }) => events >= from && events <= to);
  const [first, last] = [part[0], part.at(-1)];
  return first && last ? ((last.events - first.events) / (last.at - first.at)) * 1000 : Number.NaN;
}

async function counted(client: Client): Promise<number> {
  const { rows } = await client.query<{ events: string }>('SELECT sum(events) AS events FROM partition');
  return Number(rows[0]?.events ?? 0);
}

const REBUILDS = 5;

/** Rebuilds of everything, from the order to the switch, with the process's peak of memory meanwhile. */
export async function rebuildRow({ product, client, count }: Running): Promise<Row> {
  product.forgetPeak();
  const rates: number[] = [];
  while (rates.length < REBUILDS) {
    const started = performance.now();
    await finished(client, 'rebuild', { swap: true });
    rates.push((count / (performance.now() - started)) * 1000);
  }
  const rate = median(rates);
  const peak = (product.peakMiB() * 1024 * 1024) / 1_000_000;
  return {
    figure: 'rebuild of all read models from the log',
    value: rate,
    unit: 'events/s',
    mark: '>= 100,000, < 500 MB RSS',
    met: rate >= 100_000 && peak < 500,
    note: `${count.toLocaleString('en')} events, from the order to the switch; ${REBUILDS} in turn, ${Math.round(Math.min(...rates)).toLocaleString('en')} to ${Math.round(Math.max(...rates)).toLocaleString('en')}; peak RSS of the whole process ${Math.round(peak)} MB`,
  };
}

/** Orders a job and waits for its end. */
export async function finished(client: Client, kind: string, order: object): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    'INSERT INTO job (kind, arguments) VALUES ($1, $2) RETURNING id',
    [kind, JSON.stringify(order)],
  );
  for (;;) {
    const { rows: jobs } = await client.query<{ state: string; error: string | null }>(
      'SELECT state, error FROM job WHERE id = $1',
      [rows[0]?.id],
    );
    if (jobs[0]?.state === 'done') return;
    if (jobs[0]?.state === 'failed') throw new Error(`${kind} failed: ${jobs[0].error ?? ''}`);
    await pause(20);
  }
}

/** What PostgreSQL holds of the events, indexes included, right after they were projected. */
export async function storageRow({ client, count }: Running): Promise<Row> {
  const bytes = async (pattern: string): Promise<number> => {
    const { rows } = await client.query<{ bytes: string }>(
      `SELECT coalesce(sum(pg_total_relation_size(oid)), 0) AS bytes FROM pg_class WHERE relkind = 'r' AND relname ~ $1`,
      [pattern],
    );
    return Number(rows[0]?.bytes) / count;
  };
  const ledger = await bytes('^(ledger|duplicate)_[0-9]+$');
  const models = await bytes('_g[0-9]+(_|$)');
  return {
    figure: 'ledger and read models, indexes included',
    value: ledger + models,
    unit: 'bytes/event',
    note: `ledger ${Math.round(ledger)}, read models ${Math.round(models)}; ${count.toLocaleString('en')} events`,
  };
}
