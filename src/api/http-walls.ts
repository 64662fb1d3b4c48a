import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Actors, HasActor } from '#access/actors.js';
import { deniedOverHttp } from '#access/denied.js';
import { mayOne } from '#access/needs.js';
import type { Permission } from '#access/permissions.js';
import { isLoopback, namesLoopback } from '#config/loopback.js';

type Needs = readonly [Permission, ...Permission[]];

/** Beside the doors that events come in by. One that ends in `*` is every address that begins so. */
const ADDRESSES: Readonly<Record<string, Needs>> = {
  '/api/stats': ['figures.read'],
  '/api/refused': ['events.read'],
  '/metrics': ['operate'],
  '/health/live': ['public'],
  '/health/ready': ['public'],
  // Each of its fields says for itself.
  '/graphql': ['public'],
  // Whoever signs in is nobody yet.
  '/api/auth/*': ['public'],
  '/api/docs*': ['public'],
  // Files, the same for everybody.
  '/': ['public'],
  '/*': ['public'],
  '/t.js': ['public'],
};

/**
 * What an address needs; undefined where nobody said, and then it is refused to all.
 * @param doors addresses at which events come in: they look at keys by themselves
 */
export function needsOfAddress(url: string, doors: ReadonlySet<string>): Needs | undefined {
  const exact = ADDRESSES[url];
  if (exact) return exact;
  if (doors.has(url)) return ['public'];
  const prefix = Object.keys(ADDRESSES).find(
    (known) => known.length > 2 && known.endsWith('*') && url.startsWith(known.slice(0, -1)),
  );
  return prefix === undefined ? undefined : ADDRESSES[prefix];
}

/**
 * The wall that stands before every HTTP address, deny by default. It leaves the actor on the request (`HasActor`). Call it
 * before addresses are added.
 * `/metrics` is also for programs of this machine, as those that collect them are.
 */
export function wallHttp(server: FastifyInstance, actors: Actors, doors: ReadonlySet<string>): void {
  server.decorateRequest('actor');
  server.addHook('onRoute', (route) => {
    if (route.method === 'OPTIONS') return;
    const needs = needsOfAddress(route.url, doors);
    if (needs?.includes('public')) return;
    const before = route.onRequest === undefined ? [] : [route.onRequest].flat();
    route.onRequest = [
      ...before,
      async (request: FastifyRequest): Promise<void> => {
        if (route.url === '/metrics' && isOfThisMachine(request)) return;
        const actor = await actors.of(request);
        if (!mayOne(actor, needs ?? [])) throw deniedOverHttp(actor);
        Object.assign(request, { actor } satisfies HasActor);
      },
    ];
  });
}

/** Behind a proxy on this machine everybody would seem to be, and so would a page whose name was led here. */
function isOfThisMachine({ ip, headers }: FastifyRequest): boolean {
  const viaProxy = 'x-forwarded-for' in headers || 'forwarded' in headers;
  return !viaProxy && isLoopback(ip) && namesLoopback(headers.host);
}
