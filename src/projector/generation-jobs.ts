import type { ClientBase } from 'pg';
import {
  fedGenerations,
  OrderRefused,
  retireTargets,
  rollbackTarget,
  swapTarget,
  type Facing,
  type FedGeneration,
} from '#database/fed-generations.js';
import { rowsOf } from '#database/row-reader.js';
import { lockFloors, lockGenerations, retire, switchTo } from './generations.js';
import type { Step, SteppedJob } from './job-kind.js';

interface Order {
  readonly projection: string;
  /** Undefined: the one that suggests itself. */
  readonly generation?: number;
  /** The generation that was served when the order was given; another one now means that it is outdated. */
  readonly served?: number;
}

type Carry = (client: ClientBase, fed: readonly FedGeneration[], order: Order) => Promise<unknown>;

/** One short transaction, which says at its end what it did or why it did not. */
function atOnce(kind: string, switches: boolean, carry: Carry): SteppedJob {
  return {
    kind,
    async step(engine, client, job): Promise<Step> {
      const order = job.arguments as Order;
      await lockGenerations(client);
      if (switches) await lockFloors(client);
      const fed = await fedGenerations(rowsOf(client), order.projection);
      try {
        const result = await carry(client, fed, order);
        engine.logger.info({ job: job.id, projection: order.projection, result }, `${kind} done`);
        return { state: 'done', progress: { result } };
      } catch (error) {
        if (error instanceof OrderRefused) return { state: 'failed', error: error.message };
        throw error;
      }
    },
  };
}

async function point(client: ClientBase, { served, other }: Facing, order: Order): Promise<unknown> {
  if (order.served !== undefined && order.served !== served.number)
    throw new OrderRefused(
      `generation ${served.number} of ${order.projection} is served now, not ${order.served} as when this was ordered`,
    );
  if (other.behind > 0)
    throw new OrderRefused(
      `generation ${other.number} of ${order.projection} is ${other.behind} record batches behind the served one; ` +
        'serve it when it has caught up (a version that no running process knows does not)',
    );
  await switchTo(client, [other.id]);
  return { from: served.number, to: other.number };
}

export const swapJob = atOnce('swap', true, (client, fed, order) =>
  point(client, swapTarget(fed, order.projection, order.generation), order),
);

export const rollbackJob = atOnce('rollback', true, (client, fed, order) =>
  point(client, rollbackTarget(fed, order.projection), order),
);

export const retireJob = atOnce('retire', false, async (client, fed, order) => {
  const targets = retireTargets(fed, order.projection, order.generation);
  await retire(
    client,
    targets.map((each) => each.id),
  );
  return { retired: targets.map((each) => each.number) };
});
