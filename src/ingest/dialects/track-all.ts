import { setImmediate } from 'node:timers/promises';

import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';

import type { DecideContext } from '#events/track-event.js';

import { RefusedRequest } from '../http/error-body.js';
import { BATCH_EVENTS, FOREIGN_BATCH_EVENTS } from '../http/limits.js';
import {
  TrackEvents,
  unavailableMessage,
  unavailableStatus,
  type TrackOutcome,
  type Unavailable,
} from '../track-events.command.js';

/** When and why a request is to be sent again. */
export interface Later {
  readonly status: 429 | 503;
  /** Seconds. */
  readonly retryAfter: number;
  readonly message: string;
}

/** What became of the events of one request. */
export interface Tracked {
  readonly stored: number;
  readonly rejected: number;
  /** Where not all of them were taken: all are to be sent again. */
  readonly unavailable: Later | undefined;
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
    // What rate limits let in is let in whole, or a large request would begin again and again.
    const outcomes = await commands.execute(new TrackEvents(items, sender, from > 0));
    if (each) outcomes.forEach((outcome, index) => each(outcome, from + index));
    stored += outcomes.filter(({ status }) => status === 'stored').length;
    rejected += outcomes.filter(({ status }) => status === 'rejected').length;
    const waiting = outcomes.filter((outcome) => outcome.status === 'unavailable');
    if (waiting.length > 0) return { stored, rejected, unavailable: laterOf(waiting) };
  }
  return { stored, rejected, unavailable: undefined };
}

export function laterOf(waiting: readonly Unavailable[]): Later {
  // The log's own trouble is the graver one.
  const [first] = [...waiting].sort((a, b) => unavailableStatus(b.reason) - unavailableStatus(a.reason));
  const { reason } = first as Unavailable;
  const seconds = Math.max(...waiting.map((each) => each.retryAfter));
  return { status: unavailableStatus(reason), retryAfter: seconds, message: unavailableMessage(reason) };
}

/** 429 or 503 with Retry-After, which the clients of every dialect understand: those that keep events try again. */
export function answerUnavailable(
  reply: FastifyReply,
  { status, retryAfter }: Pick<Later, 'status' | 'retryAfter'>,
  body: object | string | Buffer,
): void {
  void reply.code(status).header('retry-after', String(retryAfter)).send(body);
}
