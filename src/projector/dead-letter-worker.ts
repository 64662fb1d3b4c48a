import type pg from 'pg';
import type { Engine } from './engine.js';
import type { Lease } from './lease.js';
import { PartitionWorker } from './partition-worker.js';
import { settleSome } from './settle-dead-letters.js';

/** Carries out what operators order about a partition's dead letters. */
export class DeadLetterWorker extends PartitionWorker {
  constructor(engine: Engine, partition: number) {
    super(engine, partition, 'an order about dead letters is interrupted and will be tried again');
  }

  protected override async work(client: pg.Client, lease: Lease): Promise<void> {
    while (!this.abort.signal.aborted && (await settleSome(this.engine, client, lease)));
  }
}
