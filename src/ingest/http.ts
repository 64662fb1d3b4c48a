import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';

import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Config } from '#config/config.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';

import { DOORS } from './doors.js';
import { addBodyParsers } from './http/body.js';
import { openDoors } from './http/doors.js';
import { errorBody } from './http/error-body.js';
import { ErrorFilter, type RefusedCall } from './http/error.filter.js';
import {
  EVENT_BODY_BYTES,
  HEADERS_TIMEOUT_MS,
  HEADER_BYTES,
  KEEP_ALIVE_MS,
  REQUEST_TIMEOUT_MS,
  TIMEOUT_INTERVAL_MS,
} from './http/limits.js';
import { believeCountryHeader } from './http/proxy-country.js';
import { observeRequests } from './http/observe.js';
import type { RecentRefusals } from './recent-refusals.js';
import { shortMessages } from './refused-sketch.js';

/** The HTTP server with its bounds; give it to `NestFactory.create`, then call `configureHttp`. */
export function createFastifyAdapter({ proxyHops }: Pick<Config, 'proxyHops'>): FastifyAdapter {
  return new Adapter({
    trustProxy: proxyHops === 0 ? false : (_address, hop) => hop < proxyHops,
    logger: false,
    // Nothing here is Express middleware, and its emulation would run for every event.
    skipMiddie: true,
    bodyLimit: EVENT_BODY_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The log closes after the server, so what still comes in on an open connection is stored, not turned away.
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      maxHeaderSize: HEADER_BYTES,
      connectionsCheckingInterval: TIMEOUT_INTERVAL_MS,
    },
    routerOptions: { ignoreTrailingSlash: true },
    requestIdHeader: false,
    genReqId: (request: { headers: NodeJS.Dict<string | string[]> }) =>
      requestId(request.headers['x-request-id']),
    clientErrorHandler: answerUnparsed,
    // The router refuses an address before any hook or filter runs.
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      const status = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 414 : 400;
      void reply.code(status).send(errorBody(status, ['the address is not a valid URL of this server']));
    },
  });
}

/** Parsers, limits, doors, request IDs, latencies and the error shape. Call once, before `app.init()` or `listen()`. */
export function configureHttp(
  app: NestFastifyApplication,
  tools: {
    logger: Logger;
    metrics: Metrics;
    countryHeader?: string | undefined;
    /** Absent where no events come in. */
    refusals?: RecentRefusals | undefined;
  },
): void {
  const server = app.getHttpAdapter().getInstance();
  const methods = methodsByUrl(server);
  observeRequests(server, tools.logger, tools.metrics);
  if (tools.countryHeader !== undefined) believeCountryHeader(server, tools.countryHeader);
  openDoors(server, DOORS);
  const refused = (call: RefusedCall) =>
    tools.refusals?.add({ at: Date.now(), ...call, messages: shortMessages(call.messages) });
  app.useGlobalFilters(new ErrorFilter(tools.logger, tools.metrics, methods, refused));
}

class Adapter extends FastifyAdapter {
  // Nest's own would parse forms and know neither gzip nor NDJSON.
  override registerParserMiddleware(): void {
    const server = this.getInstance<FastifyInstance>();
    addBodyParsers(server);
  }
}

/** Accepted when it can stand in a log line as it is; else one of ours. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

function methodsByUrl(server: FastifyInstance): (url: string) => readonly string[] {
  const methods = new Map<string, string[]>();
  server.addHook('onRoute', (route) => {
    const known = methods.get(route.url) ?? [];
    methods.set(route.url, [...known, ...[route.method].flat()]);
  });
  return (url) => methods.get(url) ?? [];
}

/** What the HTTP parser refuses never becomes a request; it still gets an answer in our shape. */
function answerUnparsed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, `headers must be at most ${HEADER_BYTES} bytes together`]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'the request took too long to arrive']
        : [400, 'this is not a valid HTTP/1.1 request'];
  const body = errorBody(status, [message]);
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${body.error}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
