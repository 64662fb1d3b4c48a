import type { FastifyRequest, RouteOptions } from 'fastify';

import type { Door } from './door.js';
import { RefusedRequest } from './error-body.js';
import { LARGE_BODIES_BYTES, LARGE_BODY_BYTES } from './limits.js';

/** Bytes that one of deflate comes to at the most. */
const MOST_PACKED = 1_032;

/** What a request has of the room that all large bodies share. */
interface Share {
  bytes: number;
  /** Nobody waits for its answer any more. */
  closed: boolean;
  /** Its handler runs, with or without somebody who waits. */
  working: boolean;
}

/** Bytes of the large bodies that are in memory now. */
let held = 0;
const shares = new WeakMap<object, Share>();

/** Where large bodies may come, they come few at a time: what would be too much is turned away before it is read. */
export function boundLargeBodies(route: RouteOptions, { bodyLimit }: Door): void {
  if (bodyLimit <= LARGE_BODY_BYTES) return;
  const before = route.onRequest === undefined ? [] : [route.onRequest].flat();
  route.onRequest = [
    ...before,
    (request, reply, done): void => {
      const share: Share = { bytes: 0, closed: false, working: false };
      shares.set(request.raw, share);
      reply.raw.once('close', () => {
        share.closed = true;
        releaseIfOver(share);
      });
      const { 'content-length': named, 'transfer-encoding': chunked } = request.headers;
      // One of unknown length may become as large as it may be.
      const size = named !== undefined ? Number(named) : chunked !== undefined ? bodyLimit : 0;
      try {
        if (size <= bodyLimit) holdLarge(request, size);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  ];
  const { handler } = route;
  route.handler = async function (request, reply) {
    const share = shares.get(request.raw);
    if (share) share.working = true;
    try {
      const answered: unknown = await handler.call(this, request, reply);
      return answered;
    } finally {
      if (share) {
        share.working = false;
        releaseIfOver(share);
      }
    }
  };
}

/** The request has a body of so many bytes now. Throws RefusedRequest where that would be too much with all the others. */
export function holdLarge({ raw }: FastifyRequest, bytes: number): void {
  const share = shares.get(raw);
  if (!share || bytes <= LARGE_BODY_BYTES || bytes <= share.bytes) return;
  // Nothing would give it back.
  if (share.closed && !share.working) throw new RefusedRequest(400, 'aborted', 'the request was given up');
  if (held + bytes - share.bytes > LARGE_BODIES_BYTES) {
    throw new RefusedRequest(503, 'busy', 'too many large bodies are being read: send it again');
  }
  held += bytes - share.bytes;
  share.bytes = bytes;
}

/**
 * Before a gzip is unpacked: holds what it says at its end that it comes to.
 *
 * @returns bytes that it may come to, which is no more than it said
 */
export function holdUnpacked(request: FastifyRequest, packed: Buffer): number {
  const { bodyLimit } = request.routeOptions;
  if (bodyLimit <= LARGE_BODY_BYTES) return bodyLimit;
  const said = packed.length < 4 ? 0 : packed.readUInt32LE(packed.length - 4);
  // What it says may be no size at all; no gzip holds more than so much.
  const most = Math.min(bodyLimit, Math.max(Math.min(said, packed.length * MOST_PACKED), LARGE_BODY_BYTES));
  holdLarge(request, most);
  return most;
}

function releaseIfOver(share: Share): void {
  if (!share.closed || share.working) return;
  held -= share.bytes;
  share.bytes = 0;
}
