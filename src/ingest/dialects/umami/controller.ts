import { Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { RefusedRequest } from '../../http/error-body.js';
import { KeyCheck } from '../../keys/key-check.js';
import type { TrackOutcome } from '../../track-events.command.js';
import { DialectDocs, KEYS, LATER } from '../docs.js';
import { foreignSender } from '../foreign-sender.js';
import { answerUnavailable, trackAll, type Tracked } from '../track-all.js';
import { isUmamiServer, umamiItem, umamiRefusal, umamiSaid, umamiSession, umamiSite } from './payload.js';

const of = 'Umami';
const view = { type: 'event', payload: { website: 'shop', hostname: 'shop.example', url: '/pricing' } };
const session = { cache: '…', sessionId: '…', visitId: '…' };
const refused = { 400: 'Not valid', ...KEYS, ...LATER };

/** Umami's collector. Bots are told of in the figures, and not turned away here. */
@Controller('api')
export class UmamiController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: KeyCheck,
  ) {}

  @Post('send')
  @DialectDocs({
    of,
    summary: 'One event',
    body: view,
    ok: { status: 200, description: 'Stored', example: session },
    refused,
  })
  async send(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answers: object[] = [];
    const { unavailable } = await this.track(request, [request.body], (answer) => answers.push(answer));
    const [answer] = answers;
    if (unavailable) return later(reply, unavailable);
    void reply.code(answer && 'error' in answer ? 400 : 200).send(answer);
  }

  @Post('batch')
  // The address is Umami's; PostHog's has no `/api` before it.
  @DialectDocs({
    of,
    summary: 'A list of events',
    ok: {
      status: 200,
      description: 'How many were stored, and why the others were not',
      example: { size: 2, processed: 1, errors: 1, details: [{ index: 1, response: {} }], cache: '…' },
    },
    refused,
  })
  async batch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { body } = request;
    if (!Array.isArray(body)) throw new RefusedRequest(400, 'invalid_shape', 'body must be a list of events');
    const details: object[] = [];
    let cache: unknown = null;
    const { stored, rejected, unavailable } = await this.track(request, body, (answer, index) => {
      if ('error' in answer) details.push({ index, response: answer });
      else ({ cache } = answer as { cache: unknown });
    });
    if (unavailable) return later(reply, unavailable);
    void reply.code(200).send({ size: body.length, processed: stored, errors: rejected, details, cache });
  }

  private async track(
    request: FastifyRequest,
    messages: readonly unknown[],
    each: (answer: object, index: number) => void,
  ): Promise<Tracked> {
    const siteId = this.keys.admit(request, { said: messages.map(umamiSaid) })?.siteId;
    const fromVisitor = !isUmamiServer(request.headers['user-agent']);
    const sender = foreignSender(request, 'umami', {
      fromVisitor,
      sdk: fromVisitor ? undefined : 'umami-node',
    });
    return trackAll(
      this.commands,
      messages,
      (message) => umamiItem(message, sender, siteId),
      sender,
      (outcome, index) =>
        each(answerOf(outcome, siteId ?? umamiSite(messages[index]) ?? '', sender.receivedAt), index),
    );
  }
}

function answerOf(outcome: TrackOutcome, siteId: string, at: number): object {
  if (outcome.status === 'stored') return umamiSession(siteId, outcome, at);
  return umamiRefusal(400, outcome.status === 'rejected' ? outcome.messages : []).body as object;
}

function later(reply: FastifyReply, unavailable: NonNullable<Tracked['unavailable']>): void {
  answerUnavailable(reply, unavailable, umamiRefusal(unavailable.status, [unavailable.message]).body);
}
