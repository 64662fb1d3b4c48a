import { setTimeout as pause } from 'node:timers/promises';
import { Connection, postOf, type Answer } from './connection.js';
import type { Product } from './product.js';
import { percentile, type Row } from './report.js';

const TIMES = 3;
const SECONDS = 60;
const BATCH = 100;
const CONNECTIONS = 1_000;

interface Timed extends Answer {
  readonly milliseconds: number;
}

/**
 * Batches at three times the rate that the doors can store, for a minute, whether or not those before are answered.
 *
 * @param capacity events a second that were stored when nobody sent more
 */
export async function overloadRow(product: Product, capacity: number): Promise<Row> {
  const url = new URL(`${product.url}/api/events`);
  const body = JSON.stringify({ events: Array.from({ length: BATCH }, (_, index) => event(index)) });
  const flood = await Flood.open(url, postOf(url, body));
  const before = product.residentMiB();
  product.forgetPeak();
  const rate = (TIMES * capacity) / BATCH;
  const started = performance.now();
  let unsent = 0;
  for (let sent = 0; performance.now() - started < SECONDS * 1000;) {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    // More than so many connections nobody here can hold; what finds none is not sent.
    for (; sent < due; sent++) if (!flood.send()) unsent++;
    await pause(2);
  }
  const { answers, lost } = await flood.end();
  const stored = answers.filter(({ status }) => status === 202);
  const refused = answers.filter(({ status }) => status === 503 || status === 429);
  const odd =
    lost +
    (answers.length - stored.length - refused.length) +
    refused.filter(({ head }) => !/\r\nretry-after: \d+\r\n/i.test(`${head}\r\n`)).length;
  const p99 = percentile(times(stored), 0.99);
  const grown = product.peakMiB() - before;
  return {
    figure: `batches at ${TIMES} × what can be stored, for ${SECONDS} s: p99 of those stored`,
    value: p99,
    unit: 'ms',
    mark: '< 1,000 ms, others 503, < 100 MB more',
    met: p99 < 1_000 && odd === 0 && grown < 100,
    note:
      `${stored.length.toLocaleString('en')} stored, ${refused.length.toLocaleString('en')} refused (median ` +
      `${percentile(times(refused), 0.5).toFixed(0)} ms), ${odd} else, ${unsent} found no connection; ` +
      `${grown.toFixed(0)} MB more at the peak`,
  };
}

const times = (answers: readonly Timed[]): number[] => answers.map(({ milliseconds }) => milliseconds);

/** Connections that send the same request, each one at a time. */
class Flood {
  private readonly answers: Timed[] = [];
  private readonly free: Connection[] = [];
  private readonly sentAt = new Map<Connection, number>();
  private lost = 0;

  private constructor(private readonly request: Buffer) {}

  /** All connections stand before the flood: a kernel that has no room for so many at once lets some wait for half a minute. */
  static async open(url: URL, request: Buffer): Promise<Flood> {
    const flood = new Flood(request);
    for (let open = 100; open <= CONNECTIONS; open += 100) {
      for (let n = 0; n < 100; n++) flood.connect(url);
      while (flood.free.length < open && flood.lost === 0) await pause(5);
      // Each has brought something before it is measured.
      while (flood.send());
      await flood.answered();
      if (flood.lost > 0) throw new Error('the doors closed a connection');
    }
    flood.answers.length = 0;
    return flood;
  }

  /** Whether there was a connection for it. */
  send(): boolean {
    const connection = this.free.pop();
    if (!connection) return false;
    this.sentAt.set(connection, performance.now());
    connection.send(this.request);
    return true;
  }

  /** Once all are answered. */
  async end(): Promise<{ answers: readonly Timed[]; lost: number }> {
    await this.answered();
    for (const connection of this.free) connection.close();
    return { answers: this.answers, lost: this.lost };
  }

  private connect(url: URL): void {
    const connection: Connection = new Connection(url, {
      open: () => this.free.push(connection),
      answered: (answer) => {
        const milliseconds = performance.now() - (this.sentAt.get(connection) ?? Number.NaN);
        this.answers.push({ ...answer, milliseconds });
        this.sentAt.delete(connection);
        this.free.push(connection);
      },
      lost: () => {
        this.lost++;
        this.sentAt.delete(connection);
      },
    });
  }

  private async answered(): Promise<void> {
    while (this.sentAt.size > 0) await pause(5);
  }
}

const event = (index: number): object => ({
  siteId: 'flood',
  eventType: 'page_view',
  path: `/articles/${index}`,
  timestamp: new Date().toISOString(),
  visitorId: 'bench-visitor',
});
