import type { RouteOptions } from 'fastify';

import type { RateLimits } from '../rate-limits/rate-limits.js';
import { RefusedRequest } from './error-body.js';

/** Turns away who sends too often, before anything of a body is read. A preflight brings no event and counts for none. */
export function limitAddresses(route: RouteOptions, limits: RateLimits): void {
  if (route.method === 'OPTIONS') return;
  const before = route.onRequest === undefined ? [] : [route.onRequest].flat();
  route.onRequest = [
    ...before,
    async (request, reply): Promise<void> => {
      const wait = await limits.ofAddress(request);
      if (wait === 0) return;
      void reply.header('retry-after', String(wait));
      throw tooOften();
    },
  ];
}

const tooOften = (): RefusedRequest => new RefusedRequest(429, 'rate_limited', TOO_OFTEN);

export const TOO_OFTEN = 'too many requests from this address: send it again after Retry-After';
