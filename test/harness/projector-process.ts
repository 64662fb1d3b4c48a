import { fork, type ChildProcess } from 'node:child_process';
import { exitOf, type Exit } from '#embedded/child.js';
import type { Failpoint, Limits } from '#projector/engine.js';
import type { runChecks } from '#telemetry/health.js';
import { buildProjectorProgram, root } from './build.js';
import { endWithUs } from './end-with-us.js';
import { cleanEnvironment } from './stack.js';
import { waitFor } from './wait-for.js';

/** Where a process stops, once: at the `pass`-th time (default the first) that one of its partitions comes by. */
export interface Stop {
  readonly point: Failpoint;
  /** `kill`: SIGKILL; `freeze`: SIGSTOP; `wait`: until `go`; `throw`: an error there. */
  readonly how: 'kill' | 'freeze' | 'wait' | 'throw';
  readonly pass?: number;
}

export interface Edit {
  readonly find: string;
  readonly replace: string;
}

/** Events with this path are none that the projection can project. */
export interface Mistake {
  readonly projection: string;
  readonly path: string;
}

export interface ProgramOptions {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly owner: string;
  readonly limits: Partial<Limits>;
  /** Share of the machine that building may take; default 1. */
  readonly rebuildShare?: number;
  readonly stops?: readonly Stop[];
  /** Regular expressions over the text of every statement of a live batch: what is found first is replaced. */
  readonly edits?: readonly Edit[];
  /** The same for the builder of generations. */
  readonly buildEdits?: readonly Edit[];
  readonly mistake?: Mistake;
  /** A read model beside the shipped ones, of the property `weight`: an int, which not every JSON number is. */
  readonly weights?: boolean;
}

/** Between any two steps of a live batch, in their order. */
export const batchSteps: readonly Failpoint[] = [
  'before_tx',
  'after_ledger',
  'before_commit',
  'after_commit',
  'before_position',
];

/** What a projector process says of itself. */
export interface Signs {
  readonly readiness: Awaited<ReturnType<typeof runChecks>>;
  /** In the text format of Prometheus. */
  readonly metrics: string;
}

export type Order = { readonly arm: Stop } | { readonly go: true } | { readonly tell: true };
export type Report =
  | { readonly at: Failpoint }
  | { readonly armed: Failpoint }
  | { readonly started: true }
  | { readonly signs: Signs };

/** Leases that end soon after their holder, and looks for them just as often. */
const quick: Partial<Limits> = {
  leaseMs: 600,
  heartbeatMs: 150,
  tickMs: 50,
  sweepMs: 500,
  stoppedRetryMs: 200,
};

let made = 0;

/** The real projector with the shipped read models, as a process of its own that can be killed and frozen. */
export class ProjectorProcess {
  /** The places at which it stopped so far, in order. */
  readonly met: Failpoint[] = [];
  private started = false;
  private armed = 0;
  private told: Signs | undefined;
  private chunks = '';

  private constructor(
    readonly child: ChildProcess,
    readonly owner: string,
  ) {
    child.on('message', (report: Report) => {
      if ('at' in report) this.met.push(report.at);
      else if ('armed' in report) this.armed++;
      else if ('signs' in report) this.told = report.signs;
      else this.started = true;
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.chunks += chunk));
  }

  /** Running, unless it was killed on its way by one of its stops. */
  static async start(
    servers: { readonly databaseUrl: string; readonly natsUrl: string },
    o: Partial<ProgramOptions> = {},
  ): Promise<ProjectorProcess> {
    const owner = o.owner ?? `process-${++made}`;
    const options: ProgramOptions = { ...servers, ...o, owner, limits: { ...quick, ...o.limits } };
    const child = fork(buildProjectorProgram(), [JSON.stringify(options)], {
      cwd: root,
      env: cleanEnvironment(),
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    endWithUs(child);
    const running = new ProjectorProcess(child, owner);
    await waitFor(() => running.started || running.gone || running.met.length > 0, {
      timeout: 60_000,
      message: () => `a projector process:\n${running.output}`,
    });
    if (child.exitCode !== null) throw new Error(`the projector process ended:\n${running.output}`);
    return running;
  }

  get gone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The end of its log, a JSON object a line. */
  get output(): string {
    return this.chunks.slice(-20_000);
  }

  /** Waits until it has stopped there. */
  async at(point: Failpoint): Promise<void> {
    await waitFor(() => this.met.includes(point), {
      timeout: 60_000,
      message: () => `a stop at ${point}:\n${this.output}`,
    });
  }

  async arm(stop: Stop): Promise<void> {
    const before = this.armed;
    this.send({ arm: stop });
    await waitFor(() => this.armed > before, { timeout: 60_000, message: () => this.output });
  }

  /** On from wherever it waits. */
  go(): void {
    this.send({ go: true });
  }

  /** Its readiness and its metrics, as they are now. */
  async signs(): Promise<Signs> {
    this.told = undefined;
    this.send({ tell: true });
    return waitFor(() => this.told, { timeout: 60_000, message: () => this.output });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for its end, which a stop or a signal brings about. */
  async ended(within = 60_000): Promise<Exit> {
    const exit = await exitOf(this.child, within);
    if (!exit) throw new Error(`the projector process still runs:\n${this.output}`);
    return exit;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    this.signal(signal);
    return this.ended();
  }

  private send(order: Order): void {
    if (this.child.connected) this.child.send(order);
  }
}
