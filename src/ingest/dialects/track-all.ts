import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';

import type { DecideContext } from '#events/track-event.js';

import { BATCH_EVENTS } from '../http/limits.js';
import { retryAfter, TrackEvents, unavailableMessage, type TrackOutcome } from '../track-events.command.js';

/** What became of the events of one request. */
export interface Tracked {
  /** By index. Shorter than what was sent where the log stopped taking events: the rest was not tried. */
  readonly outcomes: readonly TrackOutcome[];
  readonly rejected: number;
  /** Where the log did not take all of them: send them again, after so many seconds. */
  readonly unavailable: { readonly retryAfter: number; readonly message: string } | undefined;
}

/** The command for any number of events: in slices, so that a large batch fills neither the loop nor what waits for the log. */
export async function trackAll(
  commands: CommandBus,
  items: readonly unknown[],
  sender: DecideContext,
): Promise<Tracked> {
  const outcomes: TrackOutcome[] = [];
  for (let from = 0; from < items.length; from += BATCH_EVENTS) {
    const slice = items.length <= BATCH_EVENTS ? items : items.slice(from, from + BATCH_EVENTS);
    outcomes.push(...(await commands.execute(new TrackEvents(slice, sender))));
    // The sender will send all of them again.
    if (outcomes.slice(from).some(({ status }) => status === 'unavailable')) break;
  }
  const waiting = outcomes.flatMap((each) => (each.status === 'unavailable' ? [each.reason] : []));
  const [reason] = waiting;
  return {
    outcomes,
    rejected: outcomes.filter(({ status }) => status === 'rejected').length,
    unavailable: reason && {
      retryAfter: Math.max(...waiting.map(retryAfter)),
      message: unavailableMessage(reason),
    },
  };
}

/** 503 with Retry-After, which the clients of every dialect understand: they keep the events and try again. */
export function answerUnavailable(
  reply: FastifyReply,
  { retryAfter: seconds }: { readonly retryAfter: number },
  body: object | string | Buffer,
): void {
  void reply.code(503).header('retry-after', String(seconds)).send(body);
}
