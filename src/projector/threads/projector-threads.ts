import { Worker } from 'node:worker_threads';
import { StartupError } from '#config/startup-error.js';
import { writeLine, type Logger } from '#telemetry/logger.js';
import type { MetricValues } from '#telemetry/metrics.js';
import type { Order, Report, ThreadSettings } from './messages.js';

const PROGRAM = new URL('./thread.js', import.meta.url);
/** Milliseconds for what a thread's projector finishes at a stop. */
const STOP_PATIENCE = 6_000;
/** Milliseconds that an answer about metrics is waited for; a thread that folds may be late. */
const METRICS_PATIENCE = 1_000;

/**
 * The projectors of this process, each in a thread of its own, so that folding takes no time from whoever answers requests, and
 * more than one processor. They share the partitions as projectors of different processes do.
 */
export class ProjectorThreads {
  private readonly threads: readonly ProjectorThread[];

  /** Loads their program, which takes a while; they begin with `start`. */
  constructor(count: number) {
    this.threads = Array.from({ length: count }, () => new ProjectorThread());
  }

  /**
   * Returns once each has looked for partitions.
   * @param onFailure told of a fault of its own that ended one later
   * @throws StartupError where this code must not project into this database
   */
  async start(settings: ThreadSettings, logger: Logger, onFailure: (error: Error) => void): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.start(settings, logger, onFailure)));
  }

  /** Batches in hand are committed and leases given back. */
  async stop(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }

  /** What each thread counted. */
  metrics(): Promise<(readonly MetricValues[])[]> {
    return Promise.all(this.threads.map((thread) => thread.metrics()));
  }
}

/** Of the heap's young generation. With Node's own 48 MB a rebuild was a twentieth faster, and took 505 MB in all instead of 415. */
const YOUNG_MB = 24;

class ProjectorThread {
  private readonly worker = new Worker(PROGRAM, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  private readonly ended = new Promise<void>((resolve) => this.worker.once('exit', () => resolve()));
  private values: readonly MetricValues[] = [];
  private answered: () => void = () => undefined;
  private failed: Error | undefined;
  private onFailure: (error: Error) => void = (error) => (this.failed = error);

  constructor() {
    this.worker.on('error', (error: Error) => this.onFailure(error));
  }

  async start(settings: ThreadSettings, logger: Logger, onFailure: (error: Error) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.onFailure = reject;
      if (this.failed) reject(this.failed);
      this.worker.on('message', (report: Report) => {
        if (report.kind === 'line') writeLine(logger, report.line);
        else if (report.kind === 'metrics') this.keep(report.values);
        else if (report.kind === 'refused') reject(new StartupError(report.why));
        else resolve();
      });
      this.order({ kind: 'start', settings });
    });
    this.onFailure = onFailure;
  }

  /** Where it is too busy to say, what it said before: a counter never goes back. */
  async metrics(): Promise<readonly MetricValues[]> {
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<void>((resolve) => (this.answered = resolve));
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, METRICS_PATIENCE)));
    this.order({ kind: 'metrics' });
    await Promise.race([answer, late, this.ended]);
    clearTimeout(timer);
    return this.values;
  }

  async stop(): Promise<void> {
    this.order({ kind: 'stop' });
    const timer = setTimeout(() => void this.worker.terminate(), STOP_PATIENCE);
    await this.ended;
    clearTimeout(timer);
  }

  private keep(values: readonly MetricValues[]): void {
    this.values = values;
    this.answered();
  }

  private order(order: Order): void {
    this.worker.postMessage(order);
  }
}
