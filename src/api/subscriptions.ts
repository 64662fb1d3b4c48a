import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';
import { type Context, handleProtocols, makeServer, type Server } from 'graphql-ws';
import type { Pool } from 'pg';
import { type WebSocket, WebSocketServer } from 'ws';

import type { Actor } from '#access/actor.js';
import { Actors, type Asking } from '#access/actors.js';
import type { Config } from '#config/config.js';
import { namesLoopback } from '#config/loopback.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import { READ_POOL } from '#database/pool.js';
import type { Logger } from '#telemetry/logger.js';

import { limitRules } from './limits.js';
import { NOT_LOCAL } from './local-hosts.js';
import { prepare, refusal } from './operation-over-socket.js';
import { originAllowed } from './origin.js';
import { publicError } from './public-error.js';
import { subscribeFresh } from './push.js';
import { SocketGuard } from './socket-guard.js';

export const socketLimits = {
  /** Bytes of one message from a client. */
  messageBytes: 64 * 1024,
  subscriptions: 50,
  sockets: 1_000,
  /** Bytes that a client may leave unread before it is dropped. */
  unreadBytes: 1024 * 1024,
  initMs: 3_000,
  pingMs: 15_000,
} as const;

interface Connected {
  readonly socket: WebSocket;
  /** That the socket began with: it says who asks. */
  readonly request: IncomingMessage;
}

/**
 * Subscriptions over graphql-ws at /graphql. Not Nest's own server for them: that one checks no Origin, knows none of
 * the limits that HTTP has, buffers 100 MiB frames and leaves sockets of unknown paths open.
 */
@Injectable()
export class Subscriptions implements OnModuleInit, OnModuleDestroy {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: socketLimits.messageBytes,
    perMessageDeflate: false,
    handleProtocols,
  });
  private readonly server: Server<Connected>;

  constructor(
    private readonly http: HttpAdapterHost,
    schema: GraphQLSchemaHost,
    @Inject(READ_POOL) pool: Pool,
    actors: Actors,
    @Inject(CONFIG) private readonly config: Pick<Config, 'open' | 'production'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const guard = new SocketGuard(actors);
    const rules = limitRules({ introspection: !config.production });
    this.server = makeServer<Record<string, unknown>, Connected>({
      connectionInitWaitTimeout: socketLimits.initMs,
      onConnect: (context) => guard.admit(context.extra.socket, askingOf(context)),
      onSubscribe: (context, _id, payload) => {
        // The one being asked for is counted already.
        if (Object.keys(context.subscriptions).length > socketLimits.subscriptions) {
          const rule = `at most ${socketLimits.subscriptions} subscriptions on one connection`;
          return [refusal('TOO_MANY_SUBSCRIPTIONS', rule)];
        }
        const prepared = prepare(payload, schema.schema, rules);
        if (!('document' in prepared)) return prepared;
        return { ...prepared, contextValue: () => actors.of(askingOf(context)) };
      },
      subscribe: (args) => subscribeFresh(args, args.contextValue as () => Promise<Actor>, pool, logger),
      onError: (_context, _id, _payload, errors) => errors.map(toPublic),
      onNext: (_context, _id, _payload, _args, { data, errors, extensions }) =>
        errors
          ? { data: data ?? null, errors: errors.map(toPublic), ...(extensions ? { extensions } : {}) }
          : undefined,
    });
  }

  onModuleInit(): void {
    const app = this.http.httpAdapter.getInstance<FastifyInstance>();
    app.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  /**
   * Before the HTTP server waits for its connections to end: sockets never end by themselves. And before the watches end
   * their streams: a client that is told so of a subscription takes it for complete and never asks again.
   */
  onModuleDestroy(): void {
    for (const socket of this.sockets.clients) socket.close(1001, 'Going away');
    setTimeout(() => this.sockets.clients.forEach((socket) => socket.terminate()), 1_000).unref();
    this.sockets.close();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (request.url?.split('?', 1)[0] !== '/graphql') {
      socket.destroy();
      return;
    }
    if (!originAllowed(request.headers)) return refuse(socket, '403 Forbidden');
    if (this.config.open && !namesLoopback(request.headers.host))
      return refuse(socket, '421 Misdirected Request', NOT_LOCAL);
    if (this.sockets.clients.size >= socketLimits.sockets) return refuse(socket, '503 Service Unavailable');
    this.sockets.handleUpgrade(request, socket, head, (opened) => this.serve(opened, request));
  }

  private serve(socket: WebSocket, request: IncomingMessage): void {
    // Faults of the client's making (a frame too large, a reset): ws closes the socket, nothing is to be done.
    socket.on('error', (error) => this.logger.debug({ detail: error.message }, 'socket error'));
    const ended = this.server.opened(
      {
        protocol: socket.protocol,
        send: (data) => send(socket, data),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => {
          socket.on('message', (data: Buffer, isBinary) => {
            if (isBinary) return socket.close(4400, 'Messages must be text');
            handle(data.toString('utf8')).catch((error: unknown) => {
              this.logger.error({ err: error }, 'a socket message failed');
              socket.close(4500, 'Internal error');
            });
          });
        },
      },
      { socket, request },
    );
    const stopPings = keepAlive(socket);
    socket.once('close', (code, reason) => {
      stopPings();
      void ended(code, reason.toString('utf8'));
    });
  }
}

function askingOf({ extra, connectionParams }: Context<Record<string, unknown>, Connected>): Asking {
  const { headers, url } = extra.request;
  return { headers, url, connection: connectionParams };
}

/** Drops a client that leaves its messages unread, instead of keeping them in memory for it. */
function send(socket: WebSocket, data: string): Promise<void> {
  if (socket.bufferedAmount > socketLimits.unreadBytes) socket.terminate();
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  // A failed write means that the socket is closing; its close event ends the subscriptions.
  return new Promise((resolve) => socket.send(data, () => resolve()));
}

function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, socketLimits.pingMs);
  return () => clearInterval(timer);
}

/** @param message for who reads the answer, in the one shape of our errors */
function refuse(socket: Duplex, status: string, message?: string): void {
  const [code, ...words] = status.split(' ');
  const body =
    message && JSON.stringify({ statusCode: Number(code), message: [message], error: words.join(' ') });
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body ?? '')}\r\n`;
  const type = body ? 'Content-Type: application/json; charset=utf-8\r\n' : '';
  socket.end(`${head}${type}\r\n${body ?? ''}`, () => socket.destroy());
}

const toPublic = (error: unknown) =>
  publicError(error instanceof GraphQLError ? error : new GraphQLError('Internal error'));
