import type { FastifyInstance, FastifyReply, FastifyRequest, onResponseHookHandler } from 'fastify';

import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';

/** Latency by route pattern (never by address: labels must stay few), a log line per request, the request ID echoed. */
export function observeRequests(server: FastifyInstance, logger: Logger, metrics: Metrics): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('onRoute', (route) => {
    const observe = observer(logger, metrics, route.url);
    const before = route.onResponse === undefined ? [] : [route.onResponse].flat();
    route.onResponse = [...before, observe];
  });
  const observeUnmatched = observer(logger, metrics, 'unmatched');
  server.addHook('onResponse', function (request, reply, done) {
    if (request.is404) observeUnmatched.call(this, request, reply, done);
    else done();
  });
}

function observer(logger: Logger, metrics: Metrics, route: string): onResponseHookHandler {
  // prom-client hashes the labels on each call; a child looked up once per status does not.
  const timers = new Map<string, { observe(seconds: number): void }>();
  const timer = (method: string, status: number): { observe(seconds: number): void } => {
    const key = `${method} ${status}`;
    let found = timers.get(key);
    if (!found) timers.set(key, (found = metrics.httpSeconds.labels({ method, route, status })));
    return found;
  };
  return (request, reply, done) => {
    timer(request.method, reply.statusCode).observe(reply.elapsedTime / 1000);
    line(logger, route, request, reply);
    done();
  };
}

function line(logger: Logger, route: string, request: FastifyRequest, reply: FastifyReply): void {
  const level = reply.statusCode >= 500 ? 'warn' : 'debug';
  if (!logger.isLevelEnabled(level)) return;
  const { method, id: requestId } = request;
  const milliseconds = Math.round(reply.elapsedTime * 10) / 10;
  logger[level]({ requestId, method, route, status: reply.statusCode, milliseconds }, 'request');
}
