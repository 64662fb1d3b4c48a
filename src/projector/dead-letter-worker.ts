import type pg from 'pg';
import type { Engine } from './engine.js';
import { LeaseLost, messageOf } from './errors.js';
import { backendName, type Lease } from './lease.js';
import { closeConnection, openConnection, pause } from './session.js';
import { settleSome } from './settle-dead-letters.js';

/** Carries out what operators order about a partition's dead letters, beside its live batches. */
export class DeadLetterWorker {
  private running: Promise<void> | undefined;
  private readonly abort = new AbortController();

  constructor(
    private readonly engine: Engine,
    private readonly partition: number,
  ) {}

  start(lease: Lease): void {
    if (this.running || this.abort.signal.aborted) return;
    this.running = this.run(lease).finally(() => (this.running = undefined));
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.running;
  }

  private async run(lease: Lease): Promise<void> {
    const { engine, partition } = this;
    const { signal } = this.abort;
    let client: pg.Client | undefined;
    try {
      // Named like a builder's connection: whoever takes the partition over ends it.
      client = await openConnection(engine.url, backendName('build', partition, engine.owner));
      while (!signal.aborted && (await settleSome(engine, client, lease)));
    } catch (error) {
      if (signal.aborted || error instanceof LeaseLost) return;
      engine.logger.warn(
        { partition, detail: messageOf(error) },
        'an order about dead letters is interrupted and will be tried again',
      );
      await pause(1_000, signal);
    } finally {
      if (client) await closeConnection(client);
    }
  }
}
