import { Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { canonicalUuid, eventIdFrom } from '#events/event-id.js';
import { receiptOf } from '#events/position.js';
import type { DecideContext } from '#events/track-event.js';

import { errorBody, RefusedRequest } from '../http/error-body.js';
import { KeyCheck } from '../keys/key-check.js';
import { statusOf } from '../refusal-codes.js';
import { RefusedItem } from '../refused-item.js';
import { TrackEvents } from '../track-events.command.js';
import { DialectDocs, LATER } from './docs.js';
import {
  defined,
  eventTypeIn,
  fieldsOf,
  headerText,
  idIn,
  momentIn,
  placeIn,
  textIn,
  unlessEmpty,
} from './fit.js';
import { foreignSender } from './foreign-sender.js';
import { answerUnavailable, laterOf } from './track-all.js';

const EXAMPLE = {
  eventType: 'page_view',
  userId: 'u1',
  timestamp: '2026-01-31T12:00:00Z',
  metadata: { page: '/pricing', browser: 'Firefox' },
  organizationId: 'acme',
};

/** One event: an input for the command, or why there is none. `sentId` is the sender's name of this very event. */
export function webhookItem(body: unknown, key: string, sentId: unknown, sender: DecideContext): unknown {
  const fields = fieldsOf(body);
  if (!fields) return new RefusedItem('invalid_shape', 'body must be a JSON object', key);
  const { page, browser, ...metadata } = fieldsOf(fields['metadata']) ?? {};
  const userId = idIn(fields['userId']);
  const id = idIn(sentId ?? fields['eventId']);
  const agent = textIn(browser);
  // Most write the browser's name, some what it says of itself.
  const isAgent = agent?.includes('/') === true;
  const at = momentIn(fields['timestamp']);
  return defined({
    siteId: key,
    eventType: eventTypeIn(fields['eventType']),
    eventId: id && (canonicalUuid(id) ?? eventIdFrom(key, id)),
    userId,
    visitorId: userId,
    timestamp:
      at === undefined && fields['timestamp'] == null ? new Date(sender.receivedAt).toISOString() : stamp(at),
    ...placeOf(page),
    userAgent: isAgent ? agent : undefined,
    properties: unlessEmpty({
      ...metadata,
      ...defined({ browser: isAgent ? undefined : agent, organizationId: idIn(fields['organizationId']) }),
    }),
  });
}

/** A URL, or a path; what begins with no slash is one all the same. */
function placeOf(page: unknown): object {
  const text = textIn(page);
  if (text === undefined) return {};
  const place = placeIn(text);
  return Object.keys(place).length > 0 || /^[a-z][a-z0-9+.-]*:/i.test(text) ? place : { path: `/${text}` };
}

/** Undefined for what is no time, which the rules then refuse by its name. */
const stamp = (at: number | undefined): string | undefined =>
  at !== undefined && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : undefined;

@Controller()
export class WebhookController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: KeyCheck,
  ) {}

  @Post('webhook')
  @ApiHeader({ name: 'X-API-Key', required: true, description: 'A key; in open mode the ID of the site' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same one again is counted once' })
  @DialectDocs({
    of: 'Webhook',
    summary: 'One event of a server',
    body: EXAMPLE,
    ok: { status: 202, description: 'Stored', example: { success: true, eventId: '…', receipt: '2:1043:0' } },
    refused: { 400: 'Not valid', 401: 'No `X-API-Key`, or not one', ...LATER },
  })
  async track(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { 'x-api-key': said } = request.headers;
    const admitted = this.keys.admit(request, { said: [said, fieldsOf(request.body)?.['siteId']] });
    const key = admitted ? admitted.siteId : textIn(headerText(said))?.trim();
    if (key === undefined) throw new RefusedRequest(401, 'missing_key', 'X-API-Key must be the ID of a site');
    const sender = foreignSender(request, 'webhook', { fromVisitor: false });
    const sentId = headerText(request.headers['idempotency-key']);
    const item = webhookItem(request.body, key, sentId, sender);
    const [outcome] = await this.commands.execute(new TrackEvents([item], sender));
    if (outcome?.status === 'stored') {
      const { eventId, position, warnings } = outcome;
      void reply.code(202).send({ success: true, eventId, receipt: receiptOf(position), warnings });
    } else if (outcome?.status === 'rejected') {
      const status = outcome.reason === 'invalid_site_id' ? 401 : statusOf(outcome.reason);
      const messages = status === 401 ? ['X-API-Key must be the ID of a site'] : outcome.messages;
      void reply.code(status).send(errorBody(status, messages));
    } else if (outcome) {
      const { reason, eventId } = outcome;
      const later = laterOf([outcome]);
      answerUnavailable(reply, later, { ...errorBody(later.status, [later.message]), reason, eventId });
    }
  }
}
