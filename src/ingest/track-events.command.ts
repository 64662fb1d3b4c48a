import { Command } from '@nestjs/cqrs';

import type { Position } from '#events/position.js';
import type { DecideContext } from '#events/track-event.js';
import type { AppendRefusal } from '#event-log/types.js';

import { spreadSeconds } from './retry-after.js';

/** Stores events: each is decided on its own, appended, and gets an outcome at its own index. */
export class TrackEvents extends Command<readonly TrackOutcome[]> {
  constructor(
    readonly items: readonly unknown[],
    readonly sender: DecideContext,
    /** More of a request that rate limits have let in already. */
    readonly admitted = false,
  ) {
    super();
  }
}

/** Why the log did not take an event that it might take later. */
export type LogReason = Exclude<AppendRefusal, 'event_too_large'>;

export type TrackOutcome = Stored | Rejected | Unavailable;

/** JetStream has it on disk and has said so. */
export interface Stored {
  readonly status: 'stored';
  readonly eventId: string;
  readonly visitorId: string;
  /** The visitor is known for a day: no cookie is to be set. */
  readonly cookieless: boolean;
  readonly position: Position;
  /** One for each field that was left out because it is unfit. */
  readonly warnings?: readonly string[];
}

/** Never worth sending again as it is. */
export interface Rejected {
  readonly status: 'rejected';
  readonly reason: string;
  readonly messages: readonly string[];
}

/** The log did not say that it has the event, or was not asked: send it again with the same `eventId`, or it may count twice. */
export interface Unavailable {
  readonly status: 'unavailable';
  readonly reason: LogReason | 'rate_limited';
  /** Seconds until another try is sensible. */
  readonly retryAfter: number;
  readonly eventId: string;
  readonly visitorId: string;
  /** The visitor is known for a day: no cookie is to be set. */
  readonly cookieless: boolean;
}

/** Seconds until another try is sensible. */
export function retryAfter(reason: LogReason): number {
  switch (reason) {
    case 'log_overloaded':
      return spreadSeconds();
    case 'log_unavailable':
      return 2;
    case 'log_full':
      return 60;
  }
}

const WORDS: Record<Unavailable['reason'], string> = {
  log_overloaded: 'too many events are waiting for the log',
  log_unavailable: 'the log cannot be written now',
  log_full: 'the log is full',
  rate_limited: 'the site sends more events than it may',
};

/** A limit is the sender's affair, all else is ours. */
export const unavailableStatus = (reason: Unavailable['reason']): 429 | 503 =>
  reason === 'rate_limited' ? 429 : 503;

export const unavailableMessage = (reason: Unavailable['reason']): string =>
  `${WORDS[reason]}: send the event again with its eventId`;
