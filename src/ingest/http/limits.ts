/** Bounds of one request. An event itself is bounded further by its own rules (docs/sending-events.md). */
export const EVENT_BODY_BYTES = 128 * 1024;
export const BATCH_BODY_BYTES = 1024 * 1024;
export const BATCH_EVENTS = 1_000;
/** Of the batches of other products, which bound their bytes alone. */
export const FOREIGN_BATCH_EVENTS = 250_000;

/** A body up to this has few events. */
export const SMALL_BODY_BYTES = 4 * 1024;

/** A body above this is large, and all large ones that are in memory come to this much at most. */
export const LARGE_BODY_BYTES = 1024 * 1024;
export const LARGE_BODIES_BYTES = 40 * 1024 * 1024;

export const HEADER_BYTES = 16 * 1024;
/** Node looks for late ones once per interval, so that a stalled request is gone after 10 s. */
export const HEADERS_TIMEOUT_MS = 8_000;
export const REQUEST_TIMEOUT_MS = 8_500;
export const TIMEOUT_INTERVAL_MS = 1_000;
export const KEEP_ALIVE_MS = 65_000;
/** Of one process; further ones are closed unread. */
export const MOST_CONNECTIONS = 10_000;
