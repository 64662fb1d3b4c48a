import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

import type { Cors, Door } from './door.js';
import { errorBody } from './error-body.js';
import type { RateLimits } from '../rate-limits/rate-limits.js';
import { boundLargeBodies } from './large-bodies.js';
import { limitAddresses } from './limit-addresses.js';
import { refuseWhileBusy } from './refuse-while-busy.js';

/** Of the methods that a door may be asked by, those it may not have. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'];
// Well-formed names alone go back into a header.
const HEADER_NAMES = /^[\w-]+(?:\s*,\s*[\w-]+)*$/;

/** Gives the doors' routes their body limits and their CORS, and answers for the methods they do not have. Call before routes are added. */
export function openDoors(
  server: FastifyInstance,
  doors: readonly Door[],
  limits: RateLimits | undefined,
): void {
  const byUrl = new Map(doors.map((door) => [door.url, door]));
  server.addHook('onRoute', (route) => {
    const door = byUrl.get(route.url);
    if (!door) return;
    route.bodyLimit = door.bodyLimit;
    route.config = { ...route.config, door };
    if (!door.methods) return;
    // No page is ever shown from here: neither compression nor the headers of pages are worth their time.
    route.config.programsOnly = true;
    Object.assign(route, { compress: false });
    neverSniffed(route);
    if (door.cors) allowOrigins(route, door.cors);
    if (limits?.limitsAddresses) limitAddresses(route, limits);
    refuseWhileBusy(route);
    boundLargeBodies(route, door);
  });
  for (const { url, methods, cors } of doors) {
    if (!methods) continue;
    const allowed: string[] = [...methods, ...(cors ? ['OPTIONS'] : [])];
    // HEAD is named so that the router adds none of its own, which would store an event.
    const others = METHODS.filter((method) => !allowed.includes(method));
    if (cors) {
      server.route({
        method: 'OPTIONS',
        url,
        handler: (request, reply) => preflight(request, reply, methods, cors),
      });
    }
    server.route({ method: others, url, handler: (_request, reply) => methodNotAllowed(reply, allowed) });
  }
}

export function methodNotAllowed(reply: FastifyReply, allowed: readonly string[]): FastifyReply {
  return reply
    .code(405)
    .header('allow', allowed.join(', '))
    .send(errorBody(405, [`method must be ${allowed.join(' or ')}`]));
}

function neverSniffed(route: RouteOptions): void {
  const before = route.onRequest === undefined ? [] : [route.onRequest].flat();
  route.onRequest = [
    ...before,
    (_request, reply, done): void => {
      reply.header('x-content-type-options', 'nosniff');
      done();
    },
  ];
}

function allowOrigins(route: RouteOptions, { origin: allowed }: Cors): void {
  const before = route.onRequest === undefined ? [] : [route.onRequest].flat();
  route.onRequest = [
    ...before,
    (request, reply, done): void => {
      // Only browsers send an origin; servers, the busiest senders, are spared the headers.
      const { origin } = request.headers;
      if (origin !== undefined) {
        reply.header('access-control-allow-origin', allowed === 'any' ? '*' : origin);
        if (allowed === 'mirrored') {
          reply.header('access-control-allow-credentials', 'true').header('vary', 'origin');
        }
        reply.header('access-control-expose-headers', 'retry-after, x-request-id');
      }
      done();
    },
  ];
}

function preflight(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: readonly string[],
  { headers }: Cors,
): FastifyReply {
  const asked = request.headers['access-control-request-headers'] ?? '';
  const fit = HEADER_NAMES.test(asked) ? asked : '';
  return reply
    .code(204)
    .header('access-control-allow-methods', methods.join(', '))
    .header('access-control-allow-headers', headers === 'asked' ? fit : headers.join(', '))
    .header('access-control-max-age', '86400')
    .send();
}
