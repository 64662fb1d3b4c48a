import type { FastifyRequest, RouteOptions } from 'fastify';

import type { Door } from './door.js';
import { RefusedRequest } from './error-body.js';
import { LARGE_BODIES_BYTES, LARGE_BODY_BYTES } from './limits.js';

/** Seconds; a large body is read and stored in less. */
export const BUSY_RETRY_SECONDS = 2;

/** Bytes of the large bodies that are in memory now, and of each request's share. */
let held = 0;
const shares = new WeakMap<object, number>();

/** Where large bodies may come, they come few at a time: what would be too much is turned away before it is read. */
export function boundLargeBodies(route: RouteOptions, { bodyLimit }: Door): void {
  if (bodyLimit <= LARGE_BODY_BYTES) return;
  const before = route.onRequest === undefined ? [] : [route.onRequest].flat();
  route.onRequest = [
    ...before,
    (request, reply, done): void => {
      reply.raw.once('close', () => release(request));
      const named = request.headers['content-length'];
      // One of unknown length may become as large as it may be.
      const size = named !== undefined ? Number(named) : request.method === 'POST' ? bodyLimit : 0;
      try {
        if (size <= bodyLimit) holdLarge(request, size);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  ];
}

/** The request has a body of so many bytes now. Throws RefusedRequest where that would be too much with all the others. */
export function holdLarge(request: FastifyRequest, bytes: number): void {
  if (bytes <= LARGE_BODY_BYTES) return;
  const share = shares.get(request.raw) ?? 0;
  if (bytes <= share) return;
  if (held + bytes - share > LARGE_BODIES_BYTES) {
    throw new RefusedRequest(503, 'busy', 'too many large bodies are being read: send it again');
  }
  held += bytes - share;
  shares.set(request.raw, bytes);
}

function release({ raw }: FastifyRequest): void {
  held -= shares.get(raw) ?? 0;
  shares.delete(raw);
}
