import type { FastifyInstance, onResponseHookHandler } from 'fastify';

import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';

/** Latency by route pattern (never by address: labels must stay few), a log line per request, the request ID echoed. */
export function observeRequests(server: FastifyInstance, logger: Logger, metrics: Metrics): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('onRoute', (route) => {
    const observe = answered(observer(logger, metrics, route.url));
    const before = route.onResponse === undefined ? [] : [route.onResponse].flat();
    route.onResponse = [...before, observe];
  });
  const observeUnmatched = answered(observer(logger, metrics, 'unmatched'));
  server.addHook('onResponse', function (request, reply, done) {
    if (request.is404) observeUnmatched.call(this, request, reply, done);
    else done();
  });
}

function answered(observe: Observer): onResponseHookHandler {
  return ({ method, id }, { statusCode: status, elapsedTime: milliseconds }, done) => {
    observe({ method, status, id, milliseconds });
    done();
  };
}

export interface Answered {
  readonly method: string;
  readonly status: number;
  /** Of the request. */
  readonly id: string;
  readonly milliseconds: number;
}

export type Observer = (answered: Answered) => void;

export function observer(logger: Logger, metrics: Metrics, route: string): Observer {
  // prom-client hashes the labels on each call; a child looked up once per status does not.
  const timers = new Map<string, { observe(seconds: number): void }>();
  const timer = (method: string, status: number): { observe(seconds: number): void } => {
    const key = `${method} ${status}`;
    let found = timers.get(key);
    if (!found) timers.set(key, (found = metrics.httpSeconds.labels({ method, route, status })));
    return found;
  };
  return ({ method, status, id: requestId, milliseconds }) => {
    timer(method, status).observe(milliseconds / 1000);
    const level = status >= 500 ? 'warn' : 'debug';
    if (!logger.isLevelEnabled(level)) return;
    const rounded = Math.round(milliseconds * 10) / 10;
    logger[level]({ requestId, method, route, status, milliseconds: rounded }, 'request');
  };
}
