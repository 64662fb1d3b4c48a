import type pg from 'pg';
import type { Engine } from './engine.js';
import { LeaseLost, messageOf } from './errors.js';
import { backendName, type Lease } from './lease.js';
import { closeConnection, openConnection, pause } from './session.js';

/** Does some work of a partition beside its live batches, over a connection of its own, for as long as there is any. */
export abstract class PartitionWorker {
  private running: Promise<void> | undefined;
  protected readonly abort = new AbortController();

  constructor(
    protected readonly engine: Engine,
    protected readonly partition: number,
    /** What is said when it breaks off, which is tried again. */
    private readonly interrupted: string,
  ) {}

  /** Unless it is at it already. */
  start(lease: Lease): void {
    if (this.running || this.abort.signal.aborted) return;
    this.running = this.run(lease).finally(() => (this.running = undefined));
  }

  get working(): boolean {
    return this.running !== undefined;
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.running;
  }

  /** Returns when there is nothing left to do. */
  protected abstract work(client: pg.Client, lease: Lease): Promise<void>;

  /** @returns whether the error was dealt with */
  protected settle(_error: unknown): Promise<boolean> {
    return Promise.resolve(false);
  }

  private async run(lease: Lease): Promise<void> {
    const { engine, partition } = this;
    const { signal } = this.abort;
    let client: pg.Client | undefined;
    try {
      // Whoever takes the partition over ends the connections of this name.
      client = await openConnection(engine.url, backendName('build', partition, engine.owner));
      await this.work(client, lease);
    } catch (error) {
      if (signal.aborted || error instanceof LeaseLost) return;
      if (!(await this.settle(error)))
        engine.logger.warn({ partition, detail: messageOf(error) }, this.interrupted);
      await pause(1_000, signal);
    } finally {
      if (client) await closeConnection(client);
    }
  }
}
