import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#telemetry/logger.js';
import { StartupError } from '#config/startup-error.js';
import { exitOf, stopChild } from './child.js';

export interface Supervised {
  /** For the log: `PostgreSQL`. */
  readonly name: string;
  /** Starts the process; each time on the same port. */
  start(): ChildProcess;
  /** Resolves when it serves, rejects when it does not. */
  ready(child: ChildProcess): Promise<void>;
  /** How it is asked to stop, and how long each signal may take. SIGKILL follows. */
  readonly signals: readonly (readonly [NodeJS.Signals, number])[];
}

const PAUSES_MS = [100, 500, 1_000, 2_000, 5_000];
/** A server that ran for so long is healthy: its next death is a new story. */
const STEADY_AFTER_MS = 5_000;

/** Keeps one server running: whatever ends it is followed by a new start, until `stop`. */
export class Supervisor {
  private child: ChildProcess;
  private readonly stopped = new AbortController();
  private failures = 0;
  private watching: Promise<void>;
  /** Where there are no death signals (macOS), an exit of ours must still not leave the server behind. */
  private readonly endWithUs = () => this.child.kill(this.server.signals[0]?.[0] ?? 'SIGTERM');

  private constructor(
    private readonly server: Supervised,
    private readonly logger: Logger,
    private readonly onGivenUp: (error: StartupError) => void,
    child: ChildProcess,
  ) {
    this.child = child;
    process.once('exit', this.endWithUs);
    this.watching = this.watch();
  }

  /** Resolves when the server serves. @throws StartupError when it does not; nothing is left running then. */
  static async start(
    server: Supervised,
    logger: Logger,
    onGivenUp: (error: StartupError) => void,
  ): Promise<Supervisor> {
    const child = server.start();
    try {
      await Promise.race([server.ready(child), failedToSpawn(child)]);
    } catch (error) {
      await stopChild(child, server.signals);
      throw error;
    }
    return new Supervisor(server, logger, onGivenUp, child);
  }

  private get stopping(): boolean {
    return this.stopped.signal.aborted;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    process.off('exit', this.endWithUs);
    await stopChild(this.child, this.server.signals);
    await this.watching;
  }

  private async watch(): Promise<void> {
    while (!this.stopping) {
      const { pid } = this.child;
      const began = performance.now();
      const exit = await exitOf(this.child);
      if (this.stopping) return;
      this.failures = performance.now() - began > STEADY_AFTER_MS ? 0 : this.failures;
      const how = exit?.signal ? `was ended by ${exit.signal}` : `ended with code ${exit?.code}`;
      this.logger.error({ pid }, `${this.server.name} (pid ${pid}) ${how}; starting it again`);
      if (!(await this.revive())) return;
    }
  }

  private async revive(): Promise<boolean> {
    const began = performance.now();
    for (;;) {
      const pause = PAUSES_MS[this.failures++];
      if (pause === undefined) {
        const error = new StartupError(
          `${this.server.name} died ${PAUSES_MS.length + 1} times in a row and is not started again.`,
        );
        this.logger.fatal(error.message);
        this.onGivenUp(error);
        return false;
      }
      await sleep(pause, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      if (this.stopping) return false;
      this.child = this.server.start();
      try {
        await Promise.race([this.server.ready(this.child), failedToSpawn(this.child)]);
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        this.logger.warn(`${this.server.name} is back (pid ${this.child.pid}) after ${seconds} s`);
        return true;
      } catch (error) {
        // stop() may have come in between and is what ended it.
        if (this.stopping) return false;
        await stopChild(this.child, this.server.signals);
        this.logger.error(`${this.server.name} did not come back: ${(error as Error).message}`);
      }
    }
  }
}

function failedToSpawn(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', (error) =>
      reject(new StartupError(`${child.spawnfile} cannot be run: ${error.message}`)),
    );
  });
}
