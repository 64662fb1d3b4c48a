import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Pool } from 'pg';

import type { Actor } from '#access/actor.js';
import { denied } from '#access/denied.js';
import type { Logger } from '#telemetry/logger.js';

import { type GraphqlContext, pushContext } from './context.js';
import { reportInternal } from './graphql.js';
import { tenantOf } from './tenant-of.js';
import { saysDenied } from './walls.js';

/**
 * Runs a subscription so that every push reads its own snapshot: graphql-js alone would share one context, and so
 * one moment, among all of them. `asks` says anew for each who it is for.
 */
export async function subscribeFresh(
  args: ExecutionArgs,
  asks: () => Promise<Actor>,
  pool: Pool,
  logger: Logger,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const opener = await asks();
  const source = await createSourceEventStream({ ...args, contextValue: pushContext(pool, opener) });
  if (!(Symbol.asyncIterator in source)) return source;
  const events = source[Symbol.asyncIterator]();
  let over = false;
  const pushes: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      const event: IteratorResult<unknown> = over ? { done: true, value: undefined } : await events.next();
      if (event.done === true) return { done: true, value: undefined };
      const actor = await asks();
      // What the stream holds was chosen for who opened it, and is not for who works elsewhere by now.
      const value = sameTenant(opener, actor)
        ? await push(args, event.value, pushContext(pool, actor), logger)
        : { errors: [denied(actor)] };
      // Who may no longer is told so once, and then nothing any more.
      over = saysDenied(value.errors);
      if (over) await events.return?.();
      return { done: false, value };
    },
    // By hand, because an async generator could not be ended while it waits for the next change.
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => pushes,
  };
  return pushes;
}

const sameTenant = (one: Actor, other: Actor): boolean =>
  JSON.stringify(tenantOf(one)) === JSON.stringify(tenantOf(other));

async function push(
  args: ExecutionArgs,
  rootValue: unknown,
  context: GraphqlContext,
  logger: Logger,
): Promise<ExecutionResult> {
  try {
    const result = await execute({ ...args, rootValue, contextValue: context });
    for (const error of result.errors ?? []) {
      reportInternal(error, context.requestId, args.operationName, logger);
    }
    const position = context.snapshot.positionIfOpened;
    return position === undefined ? result : { ...result, extensions: { ...result.extensions, position } };
  } finally {
    await context.snapshot.close();
  }
}
