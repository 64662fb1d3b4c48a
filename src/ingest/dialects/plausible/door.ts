import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { errorBody } from '../../http/error-body.js';
import type { KeyCheck } from '../../keys/key-check.js';
import { RefusedItem } from '../../refused-item.js';
import { TrackEvents } from '../../track-events.command.js';
import { textIn } from '../fit.js';
import { foreignSender } from '../foreign-sender.js';
import { answerUnavailable, trackAll } from '../track-all.js';
import { plausibleItems } from './event.js';

/** Plausible's `POST /api/event`, whose address is ours too: the controller there gives its bodies to this. */
export async function trackPlausible(
  commands: CommandBus,
  keys: KeyCheck,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  const version = body['v'] ?? body['version'];
  const sdk = typeof version === 'number' ? `v${version}` : textIn(version);
  const sender = foreignSender(request, 'plausible', { sdk, fromVisitor: true });
  const siteId = keys.admit(request, { said: [body['d'] ?? body['domain']] })?.siteId;
  const read = plausibleItems(body, sender, request.headers, siteId);
  if ('errors' in read) {
    const messages = Object.entries(read.errors).flatMap(([field, faults]) =>
      faults.map((fault) => `${field} ${fault}`),
    );
    const [first = 'event'] = Object.keys(read.errors);
    // The command counts and shows it, as it does what the rules refuse.
    await commands.execute(new TrackEvents([new RefusedItem(`invalid_${first}`, messages)], sender));
    void reply.code(400).send({ errors: read.errors });
    return;
  }
  const { rejected, unavailable } = await trackAll(commands, read.items, (item) => item, sender);
  if (unavailable)
    return answerUnavailable(reply, unavailable, errorBody(unavailable.status, [unavailable.message]));
  if (rejected > 0) void reply.header('x-plausible-dropped', String(rejected));
  void reply.code(202).type('text/plain; charset=utf-8').send('ok');
}
