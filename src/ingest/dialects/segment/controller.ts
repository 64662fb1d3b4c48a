import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { isOfBrowser } from '#workspace/state/key-actors.js';

import { errorBody, RefusedRequest } from '../../http/error-body.js';
import { KeyCheck } from '../../keys/key-check.js';
import { DialectDocs, KEYS, LATER } from '../docs.js';
import { fieldsOf } from '../fit.js';
import { foreignSender } from '../foreign-sender.js';
import {
  basicKey,
  SEGMENT_CALLS,
  segmentItem,
  segmentBatch,
  segmentSdk,
  segmentSettings,
  type SegmentFrom,
} from './messages.js';
import { answerUnavailable, trackAll } from '../track-all.js';

const OK = { success: true };
const refused = { 400: 'Not JSON, or too large', ...KEYS, ...LATER };
const ok = { status: 200, description: 'Taken; what is refused is at `/api/refused`', example: OK };

/** Segment's HTTP tracking API. Behind its 200, events that it would drop are counted and shown. */
@Controller('v1')
export class SegmentController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: KeyCheck,
  ) {}

  @Post(Object.keys(SEGMENT_CALLS))
  @DialectDocs({
    of: 'Segment',
    summary: 'One call of a Segment client',
    body: { writeKey: 'shop', userId: 'u1', event: 'Order Completed', properties: { revenue: 19.9 } },
    ok,
    refused,
  })
  async call(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = objectIn(request);
    const kind = SEGMENT_CALLS[request.routeOptions.url?.slice('/v1/'.length) ?? ''] ?? 'track';
    await this.track(request, reply, body, [body], (from) => () => segmentItem(body, kind, from));
  }

  @Post(['batch', 'b'])
  @DialectDocs({
    of: 'Segment',
    summary: 'Calls of a Segment client, 500 KB together',
    body: { writeKey: 'shop', batch: [{ type: 'track', userId: 'u1', event: 'Order Completed' }] },
    ok,
    refused,
  })
  async batch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = objectIn(request);
    const { batch } = body;
    if (!Array.isArray(batch))
      throw new RefusedRequest(400, 'invalid_shape', 'batch must be an array of messages');
    await this.track(request, reply, body, batch, (from) => segmentBatch(body, from));
  }

  @Post('m')
  @DialectDocs({
    of: 'Segment',
    summary: 'What the client measures of itself; not kept',
    ok: { status: 200, description: 'Taken', example: OK },
  })
  metrics(@Res() reply: FastifyReply): void {
    void reply.code(200).send(OK);
  }

  @Get('projects/:writeKey/settings')
  @DialectDocs({
    of: 'Segment',
    summary: 'The settings that the client of browsers loads first',
    ok: { status: 200, description: 'Send to this server, and nowhere else' },
  })
  settings(
    @Param('writeKey') writeKey: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const protocol = request.protocol === 'https' ? 'https' : 'http';
    void reply.code(200).send(segmentSettings(writeKey, request.host, protocol));
  }

  private async track(
    request: FastifyRequest,
    reply: FastifyReply,
    body: Readonly<Record<string, unknown>>,
    messages: readonly unknown[],
    itemsOf: (from: SegmentFrom) => (message: unknown) => unknown,
  ): Promise<void> {
    const about = { sdk: segmentSdk(body), fromVisitor: isOfBrowser(request.headers) };
    const sender = foreignSender(request, 'segment', about);
    const said = [body, ...messages].map((message) => fieldsOf(message)?.['writeKey']);
    const siteId = this.keys.admit(request, { said })?.siteId;
    const from = { sender, siteId, key: basicKey(request.headers.authorization), address: request.ip };
    const { unavailable } = await trackAll(this.commands, messages, itemsOf(from), sender);
    if (unavailable)
      answerUnavailable(reply, unavailable, errorBody(unavailable.status, [unavailable.message]));
    else void reply.code(200).send(OK);
  }
}

function objectIn({ body }: FastifyRequest): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(body);
  if (!fields) throw new RefusedRequest(400, 'invalid_shape', 'body must be a JSON object');
  return fields;
}
