import type { EventLog } from '#event-log/event-log.js';
import { encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import pg from 'pg';

/** Milliseconds between two sendings, and between two looks at the checkpoints. */
const EVERY = 20;
/** Events that are not acknowledged yet: where the log takes less than is wanted, it gets what it takes. */
const UNDER_WAY = 2_000;

export interface Lag {
  readonly events: number;
  /** Milliseconds from an event's acknowledgement to the commit that projects it, as seen by looking every 20 ms. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Steady traffic over all partitions, and how long after its acknowledgement each event is in the read models. */
export class LiveTraffic {
  private readonly waiting = new Map<number, { sequence: number; at: number }[]>();
  private lags: number[] = [];
  private going = true;
  private readonly running: Promise<unknown>;

  private constructor(
    private readonly log: EventLog,
    private readonly client: pg.Client,
    perSecond: number,
    events: Iterator<StoredEvent>,
  ) {
    this.running = Promise.all([this.send(perSecond, events), this.look()]);
    this.running.catch(() => undefined);
  }

  static async start(
    log: EventLog,
    databaseUrl: string,
    perSecond: number,
    events: Iterator<StoredEvent>,
  ): Promise<LiveTraffic> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return new LiveTraffic(log, client, perSecond, events);
  }

  /** Of the events since the last time it was asked. */
  lag(): Lag {
    const lags = this.lags.sort((a, b) => a - b);
    this.lags = [];
    const at = (share: number) => Math.round(lags[Math.floor((lags.length - 1) * share)] ?? 0);
    return { events: lags.length, p50: at(0.5), p95: at(0.95), max: at(1) };
  }

  /** Stops sending, and waits until everything sent is projected. */
  async stop(): Promise<void> {
    this.going = false;
    await this.running;
    await this.client.end();
  }

  private async send(perSecond: number, events: Iterator<StoredEvent>): Promise<void> {
    const started = performance.now();
    const sending = new Set<Promise<void>>();
    for (let sent = 0; this.going; await new Promise((resolve) => setTimeout(resolve, EVERY))) {
      const due = ((performance.now() - started) / 1000) * perSecond;
      for (; sent < due && sending.size < UNDER_WAY && this.going; sent++) {
        const { value, done } = events.next() as IteratorResult<StoredEvent, undefined>;
        if (done) throw new Error('no more events');
        const one = this.append(value).finally(() => sending.delete(one));
        sending.add(one);
      }
    }
    await Promise.all(sending);
  }

  private async append(event: StoredEvent): Promise<void> {
    const partition = partitionOf(event.site, this.log.partitions);
    const outcome = await this.log.append(partition, encodeEvent(event));
    if (!outcome.stored) throw new Error(`not stored: ${outcome.reason}`);
    const waiting = this.waiting.get(partition) ?? [];
    this.waiting.set(partition, waiting);
    waiting.push({ sequence: outcome.position.sequence, at: performance.now() });
  }

  private async look(): Promise<void> {
    const left = () => [...this.waiting.values()].some((each) => each.length > 0);
    while (this.going || left()) {
      const { rows } = await this.client.query<{ partition: number; sequence: string }>(
        'SELECT partition, sequence FROM partition',
      );
      const now = performance.now();
      for (const { partition, sequence } of rows) {
        const waiting = this.waiting.get(partition) ?? [];
        const still = waiting.filter((each) => each.sequence > Number(sequence));
        for (const each of waiting)
          if (each.sequence <= Number(sequence)) this.lags.push(Math.max(0, now - each.at));
        this.waiting.set(partition, still);
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  }
}

/** Where the test sends a site: any place will do, as long as it is always the same. */
export function partitionOf(site: string, partitions: number): number {
  return Number(/\d+$/.exec(site)?.[0] ?? 0) % partitions;
}
