import { randomUUID } from 'node:crypto';

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';

import { Snapshot } from '#database/snapshot.js';

/** What every resolver of one operation shares. `req` and `reply` are absent on a push to a subscriber. */
export interface GraphqlContext {
  readonly snapshot: Snapshot;
  readonly requestId: string;
  readonly req?: FastifyRequest;
  readonly reply?: FastifyReply;
}

export function httpContext(pool: Pool, req: FastifyRequest, reply: FastifyReply): GraphqlContext {
  const snapshot = new Snapshot(pool);
  // Nobody reads the answer any more: stop computing it.
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) snapshot.abort();
  });
  return { snapshot, requestId: req.id, req, reply };
}

export function pushContext(pool: Pool): GraphqlContext {
  return { snapshot: new Snapshot(pool), requestId: randomUUID() };
}
