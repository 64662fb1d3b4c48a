// The load generator: `node load-process.js OPTIONS`, a `LoadOptions` as JSON; prints a `LoadResult`.
import { Connection, postOf, type Answer } from './connection.js';
import type { LoadOptions, LoadResult } from './load.js';
import { percentile } from './report.js';

/** What is not answered so long after the last request was due is not answered. */
const PATIENCE_MS = 10_000;

/** Each connection sends the next request once the one before it is answered, or once one is due. */
class Load {
  private readonly url: URL;
  private readonly request: Buffer;
  private readonly connections = new Set<Connection>();
  private readonly free: Connection[] = [];
  /** When what each connection asks now was due (`performance.now()`). */
  private readonly asking = new Map<Connection, number>();
  private readonly latencies: number[] = [];
  private started = 0;
  private answeredAt = 0;
  private sent = 0;
  private failed = 0;

  constructor(
    private readonly options: LoadOptions,
    private readonly done: (result: LoadResult) => void,
  ) {
    this.url = new URL(options.url);
    this.request = postOf(this.url, options.body, options.headers);
    for (let opened = 0; opened < options.connections; opened++) this.open();
  }

  private open(): void {
    const connection: Connection = new Connection(this.url, {
      open: () => {
        this.free.push(connection);
        if (this.free.length === this.connections.size) this.start();
      },
      answered: (answer) => this.answered(connection, answer),
      lost: () => {
        if (this.started === 0) throw new Error(`no connection to ${this.url.host}`);
        this.failed++;
        this.leave(connection);
      },
    });
    this.connections.add(connection);
  }

  private start(): void {
    this.started = performance.now();
    this.sendDue();
    // A timer of a millisecond takes a fifth of what the calls take.
    if (this.options.rate !== undefined) setInterval(() => this.sendDue(), 1);
    setTimeout(() => this.end(), this.options.seconds * 1000 + PATIENCE_MS);
  }

  private sendDue(): void {
    const now = performance.now();
    for (let left = this.free.length; left > 0; left--) {
      const connection = this.free.shift();
      if (!connection || !this.next(connection, now)) return;
    }
  }

  /** Whether anything is due, or left, for it to send. */
  private next(connection: Connection, now: number): boolean {
    const { rate, seconds } = this.options;
    const over = rate === undefined ? now >= this.started + seconds * 1000 : this.sent >= rate * seconds;
    if (over) {
      connection.close();
      this.leave(connection);
      return true;
    }
    const due = rate === undefined ? now : this.started + (this.sent * 1000) / rate;
    if (due > now) {
      this.free.push(connection);
      return false;
    }
    this.sent++;
    this.asking.set(connection, due);
    connection.send(this.request);
    return true;
  }

  private answered(connection: Connection, { status }: Answer): void {
    const now = performance.now();
    this.answeredAt = now;
    this.latencies.push(now - (this.asking.get(connection) ?? now));
    this.asking.delete(connection);
    if (status < 200 || status > 299) this.failed++;
    this.next(connection, now);
  }

  private leave(connection: Connection): void {
    this.connections.delete(connection);
    this.asking.delete(connection);
    const at = this.free.indexOf(connection);
    if (at >= 0) this.free.splice(at, 1);
    if (this.connections.size === 0) this.end();
  }

  private end(): void {
    const { latencies } = this;
    this.done({
      requestsPerSecond: latencies.length / ((this.answeredAt - this.started) / 1000),
      total: latencies.length,
      failed: this.failed + this.asking.size,
      p50: percentile(latencies, 0.5),
      p97_5: percentile(latencies, 0.975),
      p99: percentile(latencies, 0.99),
    });
  }
}

new Load(JSON.parse(process.argv[2] ?? '') as LoadOptions, (result) => {
  process.stdout.write(JSON.stringify(result), () => process.exit());
});
