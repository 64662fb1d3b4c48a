import type { IncomingHttpHeaders } from 'node:http';

import type { FastifyInstance } from 'fastify';

import type { EventPlace } from '#events/stored-event.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** As a proxy of one's own says. */
    geo?: EventPlace;
  }
}

/** What proxies write where they do not know: unknown, and the Tor network. */
const NOWHERE = new Set(['XX', 'T1', 'ZZ']);

/** Takes the country of a sender from a header. Call before routes are added. */
export function believeCountryHeader(server: FastifyInstance, header: string): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const place = placeIn(request.headers, header);
    if (place) request.geo = place;
    done();
  });
}

export function placeIn(headers: IncomingHttpHeaders, header: string): EventPlace | undefined {
  const value = headers[header];
  const country = typeof value === 'string' ? value.trim().toUpperCase() : '';
  const known = /^[A-Z]{2}$/.test(country) && !NOWHERE.has(country);
  return known ? { country, by: `header ${header}` } : undefined;
}
