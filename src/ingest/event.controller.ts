import { Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { answerBatch, batchItems } from './batch-answer.js';
import { trackPlausible } from './dialects/plausible/door.js';
import { isPlausible } from './dialects/plausible/event.js';
import { answerEvent } from './event-answer.js';
import { BatchDoorDocs, EventDoorDocs } from './event.docs.js';
import { senderOf } from './sender.js';
import { TrackEvents } from './track-events.command.js';

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
    if (outcome) answerEvent(reply, input, outcome);
  }

  @Post('events')
  @BatchDoorDocs()
  async trackMany(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const items = batchItems(request.body);
    answerBatch(reply, await this.commands.execute(new TrackEvents(items, senderOf(request, 'tidemark'))));
  }
}
