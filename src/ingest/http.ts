import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import type { Socket } from 'node:net';

import { CommandBus } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Config } from '#config/config.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';

import { DOORS } from './doors.js';
import { KeyCheck } from './keys/key-check.js';
import { RateLimits } from './rate-limits/rate-limits.js';
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
import { createDoorServer, type PlainExchange } from './http/plain-connections.js';
import { requestIdOf, trustedHops } from './http/request-facts.js';
import { PlainEvents } from './plain-events.js';
import { RecentRefusals } from './recent-refusals.js';
import { shortMessages } from './refused-sketch.js';

/** The HTTP server with its bounds; give it to `NestFactory.create`, then call `configureHttp`. */
export function createFastifyAdapter({ proxyHops }: Pick<Config, 'proxyHops'>): FastifyAdapter {
  const adapter: Adapter = new Adapter({
    trustProxy: proxyHops === 0 ? false : trustedHops(proxyHops),
    logger: false,
    // Nothing here is Express middleware, and its emulation would run for every event.
    skipMiddie: true,
    bodyLimit: EVENT_BODY_BYTES,
    // The log closes after the server, so what still comes in on an open connection is stored, not turned away.
    return503OnClosing: false,
    serverFactory: (handler: RequestListener) => createDoorServer(BOUNDS, handler, () => adapter.plainEvents),
    routerOptions: { ignoreTrailingSlash: true },
    requestIdHeader: false,
    genReqId: ({ headers }: { headers: IncomingHttpHeaders }) => requestIdOf(headers),
    clientErrorHandler: answerUnparsed,
    // The router refuses an address before any hook or filter runs.
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      const status = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 414 : 400;
      void reply.code(status).send(errorBody(status, ['the address is not a valid URL of this server']));
    },
  });
  return adapter;
}

const BOUNDS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  headersTimeout: HEADERS_TIMEOUT_MS,
  maxHeaderSize: HEADER_BYTES,
  connectionsCheckingInterval: TIMEOUT_INTERVAL_MS,
};

interface HttpTools {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Whether events come in here. */
  readonly doors: boolean;
  readonly proxyHops: number;
  readonly countryHeader?: string | undefined;
}

/** Parsers, limits, doors, request IDs, latencies and the error shape. Call once, before `app.init()` or `listen()`. */
export function configureHttp(app: NestFastifyApplication, tools: HttpTools): void {
  const adapter = app.getHttpAdapter() as unknown as Adapter;
  const server = adapter.getInstance<FastifyInstance>();
  const { logger, metrics, countryHeader } = tools;
  const methods = methodsByUrl(server);
  observeRequests(server, logger, metrics);
  if (countryHeader !== undefined) believeCountryHeader(server, countryHeader);
  const limits = tools.doors ? app.get(RateLimits) : undefined;
  openDoors(server, DOORS, limits);
  const recent = tools.doors ? app.get(RecentRefusals, { strict: false }) : undefined;
  const refused = (call: RefusedCall) =>
    recent?.add({ at: Date.now(), ...call, messages: shortMessages(call.messages) });
  app.useGlobalFilters(new ErrorFilter(logger, metrics, methods, refused));
  closeWithAnswers(server);
  if (!limits) return;
  const plain = new PlainEvents({ ...tools, limits, keys: app.get(KeyCheck), commands: app.get(CommandBus) });
  adapter.plainEvents = (exchange) => plain.handle(exchange);
}

/** Node leaves the connection of an answer that was on its way open, and waits for it until it has been idle for long. */
function closeWithAnswers(server: FastifyInstance): void {
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (!server.server.listening) void reply.header('connection', 'close');
    done(null, payload);
  });
}

class Adapter extends FastifyAdapter {
  plainEvents: ((exchange: PlainExchange) => void) | undefined;

  // Nest's own would parse forms and know neither gzip nor NDJSON.
  override registerParserMiddleware(): void {
    const server = this.getInstance<FastifyInstance>();
    addBodyParsers(server);
  }
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
