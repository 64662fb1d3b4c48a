import { Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { kindSaid } from '#access/key.js';

import { answerBatch, batchItems } from './batch-answer.js';
import { trackPlausible } from './dialects/plausible/door.js';
import { isPlausible } from './dialects/plausible/event.js';
import { answerEvent } from './event-answer.js';
import { BatchDoorDocs, EventDoorDocs } from './event.docs.js';
import { KeyCheck } from './keys/key-check.js';
import { senderOf } from './sender.js';
import { TrackEvents } from './track-events.command.js';

/**
 * The HTTP doors in our own wire format. No pipes, guards or interceptors, and the replies are sent directly: these
 * are the busiest addresses of the product.
 */
@Controller('api')
export class EventController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: KeyCheck,
  ) {}

  @Post('event')
  @EventDoorDocs()
  async track(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const input = request.body;
    if (isPlausible(input)) return trackPlausible(this.commands, this.keys, request, reply, input);
    const [item] = admittedItems(this.keys, request, [input]);
    const [outcome] = await this.commands.execute(new TrackEvents([item], senderOf(request, 'tidemark')));
    if (outcome) answerEvent(reply, input, outcome);
  }

  @Post('events')
  @BatchDoorDocs()
  async trackMany(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const items = admittedItems(this.keys, request, batchItems(request.body));
    answerBatch(reply, await this.commands.execute(new TrackEvents(items, senderOf(request, 'tidemark'))));
  }
}

/** The events with the sites that they are for. In the place of the site may stand the key. */
function admittedItems(
  keys: KeyCheck,
  request: FastifyRequest,
  items: readonly unknown[],
): readonly unknown[] {
  const said = items
    .map((item) => (item as { siteId?: unknown } | null | undefined)?.siteId)
    .filter((siteId) => kindSaid(siteId) !== undefined);
  const admitted = keys.admit(request, { said });
  return admitted ? items.map((item) => admitted.itemOf(item)) : items;
}
