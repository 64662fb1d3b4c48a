import { MisdirectedException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

import { namesLoopback } from '#config/loopback.js';

/** Why, for who came by another name. */
export const NOT_LOCAL =
  'Host must be localhost or 127.0.0.1, since nobody signs in here: open it by that name, or set TIDEMARK_OPEN=false';

/**
 * For where nobody signs in: answers only whoever came by a name of this machine. A page of another site may point its own name
 * at 127.0.0.1 and would then be of our origin to a browser, which lets it read everything. Call it before addresses are added.
 *
 * @param doors addresses at which events come in and nothing else: pages of any site may send there anyway
 */
export function answerLocalHosts(server: FastifyInstance, doors: ReadonlySet<string>): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { url } = request.routeOptions;
    const isDoor = url !== undefined && doors.has(url);
    done(isDoor || namesLoopback(request.headers.host) ? undefined : new MisdirectedException([NOT_LOCAL]));
  });
}
