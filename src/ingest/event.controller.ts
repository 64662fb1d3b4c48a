import { Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { receiptOf } from '#events/position.js';

import { answerBatch, batchItems } from './batch-answer.js';
import { errorBody } from './http/error-body.js';
import { trackPlausible } from './dialects/plausible/door.js';
import { isPlausible } from './dialects/plausible/event.js';
import { BatchDoorDocs, EventDoorDocs } from './event.docs.js';
import { keepVisitor, senderOf } from './sender.js';
import {
  TrackEvents,
  unavailableMessage,
  unavailableStatus,
  type TrackOutcome,
} from './track-events.command.js';

/**
 * The HTTP doors in our own wire format. No pipes, guards or interceptors, and the replies are sent directly: these
 * are the busiest addresses of the product.
 */
@Controller('api')
export class EventController {
  constructor(private readonly commands: CommandBus) {}

  @Post('event')
  @EventDoorDocs()
  async track(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const input = request.body;
    if (isPlausible(input)) return trackPlausible(this.commands, request, reply, input);
    const [outcome] = await this.commands.execute(new TrackEvents([input], senderOf(request, 'tidemark')));
    if (outcome) answer(reply, input, outcome);
  }

  @Post('events')
  @BatchDoorDocs()
  async trackMany(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const items = batchItems(request.body);
    answerBatch(reply, await this.commands.execute(new TrackEvents(items, senderOf(request, 'tidemark'))));
  }
}

function answer(reply: FastifyReply, input: unknown, outcome: TrackOutcome): void {
  if (outcome.status === 'rejected') {
    const status = outcome.reason === 'event_too_large' ? 413 : 400;
    void reply.code(status).send(errorBody(status, outcome.messages));
    return;
  }
  const { eventId, visitorId } = outcome;
  keepVisitor(reply, input, outcome);
  if (outcome.status === 'stored') {
    const receipt = receiptOf(outcome.position);
    void reply.code(202).send({ success: true, eventId, visitorId, receipt, warnings: outcome.warnings });
    return;
  }
  const status = unavailableStatus(outcome.reason);
  void reply
    .code(status)
    .header('retry-after', String(outcome.retryAfter))
    .send({
      ...errorBody(status, [unavailableMessage(outcome.reason)]),
      reason: outcome.reason,
      eventId,
      visitorId,
    });
}
