import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type MetricObjectWithValues,
  type MetricValue,
} from 'prom-client';

/** A metric as one thread, or process, counted it; can be sent to another. */
export type MetricValues = MetricObjectWithValues<MetricValue<string>>;

/** Every metric of the process, in one registry; `GET /metrics` prints it. Durations are in seconds. */
export class Metrics {
  /** What the threads of this process counted, or the other processes behind the same port; it is told what was counted here. */
  others: (ours: readonly MetricValues[]) => Promise<readonly (readonly MetricValues[])[]> = () =>
    Promise.resolve([]);

  readonly registry = new Registry();
  private readonly in = { registers: [this.registry] };

  readonly appended = new Counter({
    name: 'tidemark_events_appended_total',
    help: 'Events acknowledged by JetStream',
    labelNames: ['dialect'],
    ...this.in,
  });
  readonly warned = new Counter({
    name: 'tidemark_events_warned_total',
    help: 'Events stored though something of them is unfit: a field left out, or a property that is not as defined',
    labelNames: ['dialect'],
    ...this.in,
  });
  readonly rejected = new Counter({
    name: 'tidemark_events_rejected_total',
    help: 'Events refused, by reason; where they came in a wire format that is not our own, also by dialect',
    labelNames: ['reason', 'dialect'],
    ...this.in,
  });
  readonly appendBatch = new Histogram({
    name: 'tidemark_append_batch_events',
    help: 'Events per record batch',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    ...this.in,
  });
  readonly appendSeconds = new Histogram({
    name: 'tidemark_append_seconds',
    help: 'Time from publish to PubAck of a record batch',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1, 5],
    ...this.in,
  });
  readonly appendRetries = new Counter({
    name: 'tidemark_append_retries_total',
    help: 'Record batches published again with the same ID',
    ...this.in,
  });

  readonly projected = new Counter({
    name: 'tidemark_events_projected_total',
    help: 'Events folded into the read models',
    labelNames: ['partition'],
    ...this.in,
  });
  readonly duplicates = new Counter({
    name: 'tidemark_events_duplicate_total',
    help: 'Events dropped because their ID was counted before',
    labelNames: ['partition'],
    ...this.in,
  });
  readonly deadLettered = new Counter({
    name: 'tidemark_dead_letters_total',
    help: 'Events parked as dead letters, by reason',
    labelNames: ['partition', 'reason'],
    ...this.in,
  });
  readonly flushes = new Counter({
    name: 'tidemark_projector_flushes_total',
    help: 'Projector batches by the edge that closed them',
    labelNames: ['partition', 'reason'],
    ...this.in,
  });
  readonly batchEvents = new Histogram({
    name: 'tidemark_projector_batch_events',
    help: 'Events per projector batch',
    buckets: [1, 10, 100, 500, 1000, 2000, 5000, 10_000],
    ...this.in,
  });
  readonly commitSeconds = new Histogram({
    name: 'tidemark_projector_commit_seconds',
    help: 'Time of one projector transaction',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    ...this.in,
  });
  readonly lag = new Gauge({
    name: 'tidemark_projector_lag_messages',
    help: 'Messages between checkpoint and head',
    labelNames: ['partition'],
    ...this.in,
  });
  readonly leaseHeld = new Gauge({
    name: 'tidemark_projector_lease_held',
    help: '1 while this process holds the lease of the partition',
    labelNames: ['partition'],
    ...this.in,
  });
  readonly openDeadLetters = new Gauge({
    name: 'tidemark_dead_letters_open',
    help: 'Dead letters waiting for an operator, in the partitions that this process holds, by projection and reason',
    labelNames: ['partition', 'projection', 'reason'],
    ...this.in,
  });
  readonly deadLettersSettled = new Counter({
    name: 'tidemark_dead_letters_settled_total',
    help: 'Dead letters that an operator had retried (retried, failed again) or discarded',
    labelNames: ['partition', 'outcome'],
    ...this.in,
  });
  readonly durability = new Gauge({
    name: 'tidemark_log_durability',
    help: '1 for the state of the log: synced, unsynced or unproven',
    labelNames: ['state'],
    aggregator: 'max',
    ...this.in,
  });

  readonly verifications = new Counter({
    name: 'tidemark_verifications_total',
    help: 'Verifications that came to an end, by result: clean or drift',
    labelNames: ['result'],
    ...this.in,
  });
  readonly verifyDriftRows = new Gauge({
    name: 'tidemark_verify_drift_rows',
    help: 'Rows, ledger entries, duplicates and messages that differed from the log when everything was last verified',
    aggregator: 'max',
    ...this.in,
  });
  readonly verifyLastSuccess = new Gauge({
    name: 'tidemark_verify_last_success_timestamp_seconds',
    help: 'When everything was last verified without drift; 0 for never',
    aggregator: 'max',
    ...this.in,
  });

  readonly httpSeconds = new Histogram({
    name: 'tidemark_http_request_seconds',
    help: 'HTTP latency',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    ...this.in,
  });

  constructor(options: { defaults: boolean } = { defaults: true }) {
    if (options.defaults) collectDefaultMetrics({ register: this.registry });
  }

  /** Where questions are answered from a replica. A rejection is shown as NaN. */
  showReplicaLag(seconds: () => Promise<number>): void {
    new Gauge({
      name: 'tidemark_replica_lag_seconds',
      help: 'How far the figures of the read replica are behind those of the primary',
      aggregator: 'max',
      async collect() {
        this.set(await seconds().catch(() => Number.NaN));
      },
      ...this.in,
    });
  }

  /** An event, or a request of events, that was refused. `dialect` is the wire format, where it is not our own. */
  countRejected(reason: string, dialect?: string): void {
    this.rejected.inc(dialect === undefined ? { reason } : { reason, dialect });
  }

  /** All that was counted here, as others can read it. */
  values(): Promise<MetricValues[]> {
    return this.registry.getMetricsAsJSON();
  }

  /** All that was counted here and by the others, in the text format of Prometheus. */
  async text(): Promise<string> {
    const ours = await this.values();
    const others = await this.others(ours);
    if (others.length === 0) return this.registry.metrics();
    const theirs = new Set(others.flatMap((values) => values.map(({ name }) => name)));
    const alone = ours.filter(({ name }) => !theirs.has(name));
    const shared = ours.filter(({ name }) => theirs.has(name));
    const texts = alone.map(({ name }) => this.registry.getSingleMetricAsString(name));
    const together = AggregatorRegistry.aggregate([shared, ...others]);
    return [...(await Promise.all(texts)), await together.metrics()].join('\n\n');
  }
}

/** What only ever grows, added up. */
export function addCounters(all: readonly (readonly MetricValues[])[]): Promise<MetricValues[]> {
  // It is text, whatever the package's types say.
  const grows = ({ type }: MetricValues): boolean => ['counter', 'histogram'].includes(String(type));
  return AggregatorRegistry.aggregate(all.map((values) => values.filter(grows))).getMetricsAsJSON();
}
