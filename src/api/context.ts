import { randomUUID } from 'node:crypto';

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';

import { type Actor, may } from '#access/actor.js';
import type { HasActor } from '#access/actors.js';
import type { RowReader } from '#database/row-reader.js';
import { Snapshot } from '#database/snapshot.js';
import { EVERYTHING, type Tenant } from '#database/tenant.js';

import type { PreparedPast } from './as-of/past.js';
import { tenantOf } from './tenant-of.js';

/** What every resolver of one operation shares. `req` and `reply` are absent on a push to a subscriber. */
export interface GraphqlContext extends HasActor {
  readonly snapshot: Snapshot;
  readonly requestId: string;
  readonly req?: FastifyRequest;
  readonly reply?: FastifyReply;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
  /** What is asked for as it was, made before the snapshot is opened. */
  readonly past: Map<string, PreparedPast>;
}

export function httpContext(
  pool: Pool,
  actor: Actor,
  req: FastifyRequest,
  reply: FastifyReply,
): GraphqlContext {
  const snapshot = new Snapshot(pool, { tenant: tenantOf(actor) });
  const gone = new AbortController();
  // Nobody reads the answer any more: stop computing it.
  reply.raw.once('close', () => {
    if (reply.raw.writableFinished) return;
    gone.abort();
    snapshot.abort();
  });
  return { actor, snapshot, requestId: req.id, req, reply, gone: gone.signal, past: new Map() };
}

export function pushContext(pool: Pool, actor: Actor): GraphqlContext {
  const gone = new AbortController().signal;
  return {
    actor,
    snapshot: new Snapshot(pool, { tenant: tenantOf(actor) }),
    requestId: randomUUID(),
    gone,
    past: new Map(),
  };
}

/** For what a tenant may ask of its own sites, and whoever looks after the installation of all. */
export function readerOf({ actor, snapshot }: Pick<GraphqlContext, 'actor' | 'snapshot'>): {
  readonly reader: RowReader;
  readonly tenant: Tenant;
} {
  return may(actor, 'operate')
    ? { reader: snapshot.overAll(), tenant: EVERYTHING }
    : { reader: snapshot, tenant: snapshot.tenant };
}
