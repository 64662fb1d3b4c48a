import type { ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import { StartupError } from '#config/startup-error.js';
import type { MetricValues } from '#telemetry/metrics.js';
import type { Servers } from '../servers.js';
import type { Order, Report, Step } from './messages.js';

/** Milliseconds that an answer about metrics is waited for. */
const METRICS_PATIENCE = 1_000;

/** One of several processes that answer, as the one sees it that started them. */
export class ApiProcess {
  private readonly worker = cluster.fork();
  private readonly steps: Readonly<Record<Step, Promise<void>>>;
  private readonly failed: Promise<never>;
  private listening = false;
  private values: readonly MetricValues[] = [];
  private waiting: (() => void)[] = [];

  /** @param onQuestion told of the number under which it wants to hear what the others counted */
  constructor(private readonly onQuestion: (id: number) => void) {
    const { worker } = this;
    worker.on('message', (report: Report) => this.hear(report));
    this.steps = { loaded: this.said('loaded'), listening: this.said('listening') };
    this.failed = new Promise((_, reject) => {
      worker.on('message', (report: Report) => {
        if (report.kind !== 'refused') return;
        reject(report.mendable ? new StartupError(report.why) : new Error(report.why));
      });
      // After its last message.
      worker.once('disconnect', () => reject(new StartupError('an API process ended while it started.')));
      // It could not be started, or has just gone when it was told something.
      worker.on('error', reject);
    });
    this.failed.catch(() => undefined);
  }

  get child(): ChildProcess {
    return this.worker.process;
  }

  /** What it counted, as it said last. */
  get counted(): readonly MetricValues[] {
    return this.values;
  }

  /**
   * Resolves when it listens.
   * @throws StartupError, or what it failed by; it ends then
   */
  async serve(servers: Promise<Servers>): Promise<void> {
    await this.reaches('loaded');
    this.order({ kind: 'serve', servers: await servers });
    await this.reaches('listening');
    this.listening = true;
  }

  /** Where it is too busy to say, what it said before: a counter never goes back. */
  async metrics(): Promise<readonly MetricValues[]> {
    if (!this.listening || !this.worker.isConnected()) return this.values;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, METRICS_PATIENCE);
      this.waiting.push(() => (clearTimeout(timer), resolve()));
      this.order({ kind: 'metrics' });
    });
    return this.values;
  }

  order(order: Order): void {
    if (this.worker.isConnected()) this.worker.send(order);
  }

  private async reaches(step: Step): Promise<void> {
    await Promise.race([this.steps[step], this.failed]);
  }

  private said(step: Step): Promise<void> {
    return new Promise((resolve) => {
      this.worker.on('message', (report: Report) => {
        if (report.kind === step) resolve();
      });
    });
  }

  private hear(report: Report): void {
    if (report.kind !== 'metrics' && report.kind !== 'others') return;
    this.values = report.values;
    if (report.kind === 'others') this.onQuestion(report.id);
    else this.waiting.splice(0).forEach((answered) => answered());
  }
}
