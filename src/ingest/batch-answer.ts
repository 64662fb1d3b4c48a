import type { FastifyReply } from 'fastify';

import { receiptOf } from '#events/position.js';

import { errorBody, RefusedRequest } from './http/error-body.js';
import { BATCH_EVENTS } from './http/limits.js';
import { tooManyEvents } from './http/ndjson.js';
import type { TrackOutcome } from './track-events.command.js';

/** `{"events":[…]}`, a bare array, or what NDJSON was parsed to. Throws RefusedRequest. */
export function batchItems(body: unknown): readonly unknown[] {
  const items: unknown = Array.isArray(body)
    ? body
    : (body as { events?: unknown } | null | undefined)?.events;
  if (!Array.isArray(items)) {
    throw new RefusedRequest(
      400,
      'invalid_shape',
      'events must be an array: send {"events":[…]}, a bare array, or one event per line as application/x-ndjson',
    );
  }
  if (items.length === 0) throw new RefusedRequest(400, 'empty_batch', 'events must hold at least 1 event');
  if (items.length > BATCH_EVENTS) throw tooManyEvents(items.length);
  return items;
}

/**
 * 202 when the log took any. When it took none: 429 if a limit alone is why, 503 if the log is, else 400. The outcomes
 * are there in every case and say the same for each event.
 */
export function answerBatch(reply: FastifyReply, outcomes: readonly TrackOutcome[]): void {
  const stored = outcomes.filter(({ status }) => status === 'stored').length;
  const body = { stored, outcomes: outcomes.map(describe) };
  if (stored > 0) {
    void reply.code(202).send(body);
    return;
  }
  const waiting = outcomes.filter((each) => each.status === 'unavailable');
  if (waiting.length === 0) {
    void reply
      .code(400)
      .send({ ...errorBody(400, ['no event is valid: outcomes says why for each']), ...body });
    return;
  }
  const limited = waiting.every(({ reason }) => reason === 'rate_limited');
  const why = limited ? 'their sites send more events than they may' : 'the log took none of the events';
  const status = limited ? 429 : 503;
  void reply
    .code(status)
    .header('retry-after', String(Math.max(...waiting.map((each) => each.retryAfter))))
    .send({ ...errorBody(status, [`${why}: send the unavailable ones again with their eventId`]), ...body });
}

function describe(outcome: TrackOutcome, index: number): object {
  switch (outcome.status) {
    case 'stored':
      return {
        index,
        status: outcome.status,
        eventId: outcome.eventId,
        visitorId: outcome.visitorId,
        receipt: receiptOf(outcome.position),
        warnings: outcome.warnings,
      };
    case 'rejected':
      return { index, status: outcome.status, reason: outcome.reason, message: outcome.messages };
    case 'unavailable':
      return {
        index,
        status: outcome.status,
        reason: outcome.reason,
        eventId: outcome.eventId,
        visitorId: outcome.visitorId,
      };
  }
}
