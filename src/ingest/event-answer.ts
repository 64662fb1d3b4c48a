import { receiptOf } from '#events/position.js';

import { errorBody } from './http/error-body.js';
import type { EventReply } from './http/plain-reply.js';
import { statusOf } from './refusal-codes.js';
import { keepVisitor } from './sender.js';
import { unavailableMessage, unavailableStatus, type TrackOutcome } from './track-events.command.js';

/** What `POST /api/event` says of its event. */
export function answerEvent(reply: EventReply, input: unknown, outcome: TrackOutcome): void {
  if (outcome.status === 'rejected') {
    const status = statusOf(outcome.reason);
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
