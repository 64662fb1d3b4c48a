import type { ClientBase } from 'pg';
import { GenerationsChanged, LeaseLost } from './errors.js';
import type { BehindGeneration } from './generations.js';
import type { Lease } from './lease.js';

/** Compare-and-set, as the live fence is: of two builders one goes on. */
export async function holdCheckpoints(
  client: ClientBase,
  lease: Lease,
  { generations, at }: { readonly generations: readonly BehindGeneration[]; readonly at: number },
): Promise<void> {
  const held = await client.query(
    `SELECT FROM checkpoint c JOIN generation g ON g.id = c.generation_id
     WHERE c.partition = $1 AND c.generation_id = ANY ($2::int[]) AND c.sequence = $3 AND g.status <> 'retired'
     ORDER BY c.generation_id FOR NO KEY UPDATE OF c`,
    [lease.partition, generations.map((each) => each.id), at],
  );
  if (held.rowCount !== generations.length)
    throw new GenerationsChanged('a generation was retired or built on by another process');
  const ours = await client.query('SELECT FROM partition WHERE partition = $1 AND epoch = $2', [
    lease.partition,
    lease.epoch,
  ]);
  if (ours.rowCount !== 1) throw new LeaseLost(`partition ${lease.partition} was taken by another process`);
}
