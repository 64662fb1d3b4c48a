import { earliest, maxAhead } from '#events/rules.js';

import { momentIn } from './fit.js';

/** What a message says about time, as its dialect reads it: anything that may be a date. */
export interface SentTime {
  readonly receivedAt: number;
  readonly timestamp?: unknown;
  /** When the sender's clock said that the request left. */
  readonly sentAt?: unknown;
  /** Milliseconds that the event was old when it was sent. */
  readonly offset?: unknown;
}

/** Less than this between two clocks is the time that the request took. */
const SAME_CLOCK_MS = 1_000;

/**
 * When it happened, by our clock: `receivedAt - (sentAt - timestamp)`, so that a wrong clock of the sender does not
 * matter. Of one that is right the times stay as they are, and with them the order of what came in several requests.
 * What cannot be a time, or lies outside the years an event may have, is taken as now: the visit was real.
 */
export function occurredAt({ receivedAt, timestamp, sentAt, offset }: SentTime): string {
  const said = momentIn(timestamp);
  const left = momentIn(sentAt);
  let at = receivedAt;
  if (said !== undefined) {
    const ahead = left === undefined ? 0 : left - receivedAt;
    at = Math.abs(ahead) < SAME_CLOCK_MS ? said : said - ahead;
  } else if (typeof offset === 'number' && offset >= 0) at = receivedAt - offset;
  const fit = at >= earliest && at <= receivedAt + maxAhead;
  return new Date(fit ? Math.round(at) : receivedAt).toISOString();
}
