import { setImmediate } from 'node:timers/promises';

import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';

import type { DecideContext } from '#events/track-event.js';

import { RefusedRequest } from '../http/error-body.js';
import { BATCH_EVENTS, FOREIGN_BATCH_EVENTS } from '../http/limits.js';
import { retryAfter, TrackEvents, unavailableMessage, type TrackOutcome } from '../track-events.command.js';

/** What became of the events of one request. */
export interface Tracked {
  readonly stored: number;
  readonly rejected: number;
  /** Where the log did not take all of them: all are to be sent again, after so many seconds. */
  readonly unavailable: { readonly retryAfter: number; readonly message: string } | undefined;
}

/**
 * The command for any number of messages: in slices, so that a large batch fills neither the memory nor the loop nor
 * what waits for the log. Once the log takes no more, the rest is not tried. Throws RefusedRequest for too many.
 */
export async function trackAll(
  commands: CommandBus,
  messages: readonly unknown[],
  itemOf: (message: unknown) => unknown,
  sender: DecideContext,
  each?: (outcome: TrackOutcome, index: number) => void,
): Promise<Tracked> {
  if (messages.length > FOREIGN_BATCH_EVENTS) {
    const most = FOREIGN_BATCH_EVENTS.toLocaleString('en');
    throw new RefusedRequest(413, 'batch_too_large', `a request must hold at most ${most} events`);
  }
  let stored = 0;
  let rejected = 0;
  for (let from = 0; from < messages.length; from += BATCH_EVENTS) {
    if (from > 0) await setImmediate();
    const items = messages.slice(from, from + BATCH_EVENTS).map(itemOf);
    const outcomes = await commands.execute(new TrackEvents(items, sender));
    if (each) outcomes.forEach((outcome, index) => each(outcome, from + index));
    stored += outcomes.filter(({ status }) => status === 'stored').length;
    rejected += outcomes.filter(({ status }) => status === 'rejected').length;
    const waiting = outcomes.flatMap((outcome) => (outcome.status === 'unavailable' ? [outcome.reason] : []));
    const [reason] = waiting;
    if (reason !== undefined) {
      const wait = Math.max(...waiting.map(retryAfter));
      return { stored, rejected, unavailable: { retryAfter: wait, message: unavailableMessage(reason) } };
    }
  }
  return { stored, rejected, unavailable: undefined };
}

/** 503 with Retry-After, which the clients of every dialect understand: they keep the events and try again. */
export function answerUnavailable(
  reply: FastifyReply,
  { retryAfter: seconds }: { readonly retryAfter: number },
  body: object | string | Buffer,
): void {
  void reply.code(503).header('retry-after', String(seconds)).send(body);
}
