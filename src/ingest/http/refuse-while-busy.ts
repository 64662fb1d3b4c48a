import type { RouteOptions } from 'fastify';

import { RefusedRequest } from './error-body.js';
import { SMALL_BODY_BYTES } from './limits.js';
import { workQueue } from './work-queue.js';

/**
 * Turns away what more is to be read while more comes than can be, before anything of it is read. A small body costs as much to refuse
 * as to decide, and those who never send an event again send each in one of its own: it waits its turn.
 */
export function refuseWhileBusy(route: RouteOptions): void {
  if (route.method !== 'POST') return;
  const before = route.onRequest === undefined ? [] : [route.onRequest].flat();
  route.onRequest = [
    ...before,
    ({ headers }, _reply, done): void => {
      const small =
        headers['content-encoding'] === undefined && Number(headers['content-length']) <= SMALL_BODY_BYTES;
      if (workQueue.busy && !small) done(tooBusy());
      else done();
    },
  ];
}

export const tooBusy = (): RefusedRequest =>
  new RefusedRequest(503, 'busy', 'more comes in than can be read now: send it again after Retry-After');
