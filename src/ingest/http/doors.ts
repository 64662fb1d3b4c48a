import type { FastifyInstance, FastifyReply, RouteOptions } from 'fastify';

import { errorBody } from './error-body.js';
import { BATCH_BODY_BYTES, EVENT_BODY_BYTES } from './limits.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers are small JSON for programs, never shown as a page. */
    programsOnly?: boolean;
  }
}

/** The addresses that browsers of any origin may send events to. They read no session, so `*` is safe there. */
export const EVENT_DOOR = '/api/event';
export const BATCH_DOOR = '/api/events';

const BODY_BYTES = new Map([
  [EVENT_DOOR, EVENT_BODY_BYTES],
  [BATCH_DOOR, BATCH_BODY_BYTES],
  ['/graphql', BATCH_BODY_BYTES],
]);

export const isDoor = (url: string): boolean => url === EVENT_DOOR || url === BATCH_DOOR;

/** Gives the routes their body limits and lets browsers of any origin reach the doors. Call before routes are added. */
export function openDoors(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const limit = BODY_BYTES.get(route.url);
    if (limit !== undefined) route.bodyLimit = limit;
    if (!isDoor(route.url)) return;
    allowAnyOrigin(route);
    // No page is ever shown from here: neither compression nor the headers of pages are worth their time.
    route.config = { ...route.config, programsOnly: true };
    Object.assign(route, { compress: false });
  });
  for (const url of [EVENT_DOOR, BATCH_DOOR]) {
    server.route({ method: 'OPTIONS', url, handler: (_request, reply) => preflight(reply) });
    server.route({
      method: ['GET', 'PUT', 'PATCH', 'DELETE', 'TRACE'],
      url,
      handler: (_request, reply) => methodNotAllowed(reply, ['POST', 'OPTIONS']),
    });
  }
}

/** What a refused content type is told. */
export function typesAllowedAt(url: string): string {
  const allowed = ['application/json'];
  if (isDoor(url)) allowed.push('text/plain');
  if (url === BATCH_DOOR) allowed.push('application/x-ndjson');
  return `content-type must be ${allowed.join(' or ')}`;
}

export function methodNotAllowed(reply: FastifyReply, allowed: readonly string[]): FastifyReply {
  return reply
    .code(405)
    .header('allow', allowed.join(', '))
    .send(errorBody(405, [`method must be ${allowed.join(' or ')}`]));
}

function allowAnyOrigin(route: RouteOptions): void {
  const before = route.onRequest === undefined ? [] : [route.onRequest].flat();
  route.onRequest = [
    ...before,
    (request, reply, done): void => {
      // Only browsers send an origin; servers, the busiest senders, are spared the headers.
      if (request.headers.origin !== undefined) {
        reply.header('access-control-allow-origin', '*');
        reply.header('access-control-expose-headers', 'retry-after, x-request-id');
      }
      done();
    },
  ];
}

function preflight(reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .header('access-control-allow-methods', 'POST')
    .header('access-control-allow-headers', 'content-type, content-encoding, x-request-id')
    .header('access-control-max-age', '86400')
    .send();
}
