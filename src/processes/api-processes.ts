import type { ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { StartupError } from '#config/startup-error.js';
import { Supervisor, type Supervised } from '#embedded/supervisor.js';
import type { Logger } from '#telemetry/logger.js';
import { addCounters, type MetricValues } from '#telemetry/metrics.js';
import type { Servers } from '../servers.js';
import { ApiProcess } from './api-process.js';

const PROGRAM = fileURLToPath(new URL('./program.js', import.meta.url));
/** Milliseconds for what a process answers before it stops. */
const STOP_PATIENCE = 6_000;

/**
 * The processes that answer behind one port, which they listen on together (`node:cluster`): what ends one of them is followed by
 * the start of another, and the others serve meanwhile.
 */
export class ApiProcesses {
  private readonly living = new Map<ChildProcess, ApiProcess>();
  private supervisors: readonly Supervisor[] = [];
  /** What those counted that have died: a counter never goes back. */
  private ended: Promise<readonly MetricValues[]> = Promise.resolve([]);

  private constructor(private readonly servers: Promise<Servers>) {}

  /**
   * Resolves when all of them listen. Their program is loaded while the servers start.
   * @throws StartupError when one cannot serve, and what `servers` is rejected with; nothing is left running then
   */
  static async start(
    count: number,
    servers: Promise<Servers>,
    logger: Logger,
    onGivenUp: (error: StartupError) => void,
  ): Promise<ApiProcesses> {
    // Each accepts for itself: handed on by this one, a connection costs more than the call that it brings.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    // JSON has no word for what cannot be measured.
    cluster.setupPrimary({ exec: PROGRAM, args: [], serialization: 'advanced' });
    // Each supervisor listens to the end of this process.
    process.setMaxListeners(process.getMaxListeners() + count);
    const processes = new ApiProcesses(servers);
    const starts = Array.from({ length: count }, () =>
      Supervisor.start(processes.supervised(), logger, onGivenUp),
    );
    // Also where all have failed before they asked for the servers, these are not left starting.
    const [, ...results] = await Promise.allSettled([servers, ...starts]);
    processes.supervisors = results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const failed = results.find((each) => each.status === 'rejected');
    if (failed) {
      await processes.stop();
      throw failed.reason;
    }
    return processes;
  }

  /** Each answers what is on its way. */
  async stop(): Promise<void> {
    await Promise.all(this.supervisors.map((supervisor) => supervisor.stop()));
  }

  private supervised(): Supervised {
    return {
      name: 'API process',
      start: () => this.fork().child,
      ready: async (child) => this.living.get(child)?.serve(this.servers),
      signals: [['SIGTERM', STOP_PATIENCE]],
    };
  }

  private fork(): ApiProcess {
    const one: ApiProcess = new ApiProcess((id) => void this.tellOthers(one, id));
    this.living.set(one.child, one);
    one.child.once('exit', () => {
      this.living.delete(one.child);
      this.ended = this.ended.then((ended) => addCounters([ended, one.counted]));
    });
    return one;
  }

  private async tellOthers(asker: ApiProcess, id: number): Promise<void> {
    const others = [...this.living.values()].filter((one) => one !== asker);
    const values = await Promise.all(others.map((one) => one.metrics()));
    asker.order({ kind: 'others', id, values: [await this.ended, ...values] });
  }
}
