import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import proxyAddr from '@fastify/proxy-addr';
import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyInstance } from 'fastify';

import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';

import { isPlausible } from './dialects/plausible/event.js';
import { answerEvent } from './event-answer.js';
import { textOf } from './http/body-formats.js';
import { errorBody, internalError } from './http/error-body.js';
import { parseJson } from './http/json.js';
import { EVENT_BODY_BYTES } from './http/limits.js';
import { observer, type Observer } from './http/observe.js';
import { TOO_OFTEN } from './http/limit-addresses.js';
import { PlainReply } from './http/plain-reply.js';
import { placeIn } from './http/proxy-country.js';
import { requestIdOf, trustedHops } from './http/request-facts.js';
import { workQueue } from './http/work-queue.js';
import type { RateLimits } from './rate-limits/rate-limits.js';
import { senderOf } from './sender.js';
import { TrackEvents } from './track-events.command.js';

const URL = '/api/event';
const JSON_TYPES = new Set(['application/json', 'application/json; charset=utf-8']);

export interface PlainEventsTools {
  readonly commands: CommandBus;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits: RateLimits;
  readonly proxyHops: number;
  readonly countryHeader?: string | undefined;
  /** False once the server closes: its connections end with the answers that are on their way. */
  readonly listening: () => boolean;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The busiest call of the product, `POST /api/event` as servers send it (JSON, not packed, its length named, no page of a
 * browser), answered where Node's HTTP server hands it over: the routers, hooks and replies of Fastify and Nest were a
 * third of its time (docs/adr/0018). Whatever is not that plain, and whatever is not right, goes on to them.
 */
export class PlainEvents {
  private readonly observe: Observer;
  private readonly trust: (address: string, hop: number) => boolean;

  constructor(private readonly tools: PlainEventsTools) {
    this.observe = observer(tools.logger, tools.metrics, URL);
    this.trust = trustedHops(tools.proxyHops);
  }

  /** Answers the request, or gives it to `otherwise`. */
  handle(request: IncomingMessage, response: ServerResponse, otherwise: Handler): void {
    if (!isPlain(request)) return otherwise(request, response);
    const since = performance.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const [first] = chunks;
      const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks);
      workQueue.run(() => {
        const event = plainEvent(bytes);
        if (event !== undefined) return void this.answer(request, response, event, since);
        readAlready.set(request, bytes);
        otherwise(request, response);
      });
    });
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    event: object,
    since: number,
  ): Promise<void> {
    const { tools } = this;
    const { headers, socket } = request;
    const id = requestIdOf(headers);
    const reply = new PlainReply(response, tools.listening, (status) => {
      this.observe({ method: 'POST', status, id, milliseconds: performance.now() - since });
    }).header('x-request-id', id);
    try {
      const geo = tools.countryHeader === undefined ? undefined : placeIn(headers, tools.countryHeader);
      const ip = tools.proxyHops === 0 ? (socket.remoteAddress ?? '') : proxyAddr(request, this.trust);
      const wait = tools.limits.limitsAddresses ? await tools.limits.ofAddress({ ip, socket }) : 0;
      if (wait > 0) {
        tools.metrics.countRejected('rate_limited');
        reply
          .code(429)
          .header('retry-after', String(wait))
          .send(errorBody(429, [TOO_OFTEN]));
        return;
      }
      const sender = senderOf({ headers, id, ip, socket, ...(geo && { geo }) }, 'tidemark');
      const [outcome] = await tools.commands.execute(new TrackEvents([event], sender));
      if (outcome) answerEvent(reply, event, outcome);
    } catch (error) {
      tools.logger.error({ err: error, requestId: id, route: URL }, 'request failed');
      reply.code(500).send(errorBody(500, [internalError(id)]));
    }
  }
}

function isPlain({ method, url, headers }: IncomingMessage): boolean {
  return (
    url === URL &&
    method === 'POST' &&
    JSON_TYPES.has(headers['content-type'] ?? '') &&
    headers['content-encoding'] === undefined &&
    headers.origin === undefined &&
    Number(headers['content-length']) <= EVENT_BODY_BYTES
  );
}

/** Undefined where the body is no event of ours: the general way has the words for it. */
function plainEvent(bytes: Buffer): object | undefined {
  try {
    const value = parseJson(textOf(bytes), { keysChecked: false });
    return typeof value === 'object' && value !== null && !isPlausible(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const readAlready = new WeakMap<IncomingMessage, Buffer>();

/** Lets the routes read again what was read here. Call before routes are added. */
export function keepBodies(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (route.url !== URL) return;
    route.preParsing = (request, _reply, payload, done) => {
      const bytes = readAlready.get(request.raw);
      done(null, bytes === undefined ? payload : Readable.from([bytes]));
    };
  });
}
