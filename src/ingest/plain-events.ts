import type { IncomingMessage } from 'node:http';

import proxyAddr from '@fastify/proxy-addr';
import type { CommandBus } from '@nestjs/cqrs';

import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';

import { isPlausible } from './dialects/plausible/event.js';
import { answerEvent } from './event-answer.js';
import { textOf } from './http/body-formats.js';
import { errorBody, internalError } from './http/error-body.js';
import { parseJson } from './http/json.js';
import { TOO_OFTEN } from './http/limit-addresses.js';
import { observer, type Observer } from './http/observe.js';
import type { PlainExchange } from './http/plain-connections.js';
import { PlainReply } from './http/plain-reply.js';
import { placeIn } from './http/proxy-country.js';
import { requestIdOf, trustedHops } from './http/request-facts.js';
import { workQueue } from './http/work-queue.js';
import type { KeyCheck } from './keys/key-check.js';
import type { RateLimits } from './rate-limits/rate-limits.js';
import { senderOf } from './sender.js';
import { TrackEvents } from './track-events.command.js';

const ROUTE = '/api/event';

export interface PlainEventsTools {
  readonly commands: CommandBus;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits: RateLimits;
  readonly keys: KeyCheck;
  readonly proxyHops: number;
  readonly countryHeader?: string | undefined;
}

/**
 * The busiest call of the product, `POST /api/event` as servers send it (JSON, not packed, its length named, no page of a
 * browser), answered on the connection itself: Node's HTTP, Fastify and Nest were two thirds of its time (docs/adr/0018, 0022).
 * Whatever is not that plain, and whatever is not right, goes on to them.
 */
export class PlainEvents {
  private readonly observe: Observer;
  private readonly trust: (address: string, hop: number) => boolean;

  constructor(private readonly tools: PlainEventsTools) {
    this.observe = observer(tools.logger, tools.metrics, ROUTE);
    this.trust = trustedHops(tools.proxyHops);
  }

  /** Answers the request, or declines it. */
  handle(exchange: PlainExchange): void {
    const since = performance.now();
    workQueue.run(() => {
      const event = plainEvent(exchange.body);
      if (event === undefined || !this.tools.keys.admitsPlain(exchange.headers, event)) exchange.decline();
      else void this.answer(exchange, event, since);
    });
  }

  private async answer(exchange: PlainExchange, event: object, since: number): Promise<void> {
    const { tools } = this;
    const { headers, socket } = exchange;
    const id = requestIdOf(headers);
    const reply = new PlainReply((status, lines, body) => {
      exchange.answer(status, lines, body);
      this.observe({ method: 'POST', status, id, milliseconds: performance.now() - since });
    }).header('x-request-id', id);
    try {
      const geo = tools.countryHeader === undefined ? undefined : placeIn(headers, tools.countryHeader);
      const ip = this.addressOf(exchange);
      const wait = tools.limits.limitsAddresses ? await tools.limits.ofAddress({ ip, socket }) : 0;
      if (wait > 0) {
        tools.metrics.countRejected('rate_limited');
        reply
          .code(429)
          .header('retry-after', String(wait))
          .send(errorBody(429, [TOO_OFTEN]));
        return;
      }
      const sender = senderOf({ headers, id, ip, socket, geo }, 'tidemark');
      const [outcome] = await tools.commands.execute(new TrackEvents([event], sender));
      if (outcome) answerEvent(reply, event, outcome);
    } catch (error) {
      tools.logger.error({ err: error, requestId: id, route: ROUTE }, 'request failed');
      reply.code(500).send(errorBody(500, [internalError(id)]));
    }
  }

  private addressOf({ headers, socket }: PlainExchange): string {
    const { remoteAddress = '' } = socket;
    if (this.tools.proxyHops === 0) return remoteAddress;
    // All that it reads of a request.
    const address = proxyAddr({ headers, socket } as IncomingMessage, this.trust);
    // A copy: who remembers it would keep the whole head that it was cut from.
    return Buffer.from(address).toString();
  }
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
